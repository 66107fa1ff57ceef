import Autosuggest from "@cloudscape-design/components/autosuggest";
import type { InputProps } from "@cloudscape-design/components/input";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { useAws } from "../aws/hooks";
import { kindOf } from "../features/traces/story";
import { to } from "./paths";
import { everything, type Group } from "./search";

/** DynamoDB's request ids, and the other services': a long name is none. */
const REQUEST_ID = /^([A-Z0-9]{52}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What an id leads to: its trace, and for a record the replay of it. */
function byId(id: string): Group[] {
  const kind = kindOf(id);
  if (!kind || (kind === "request" && !REQUEST_ID.test(id))) return [];
  const replay = kind !== "event" ? [] : [{ text: `Replay record ${id}`, href: to.startReplay({ records: id }) }];
  return [{ what: "Traces", found: [{ text: `Trace of ${kind} ${id}`, href: to.trace(id) }, ...replay] }];
}

/** Finds pages and resources by their names, and requests and records by their ids, from anywhere by Ctrl-K. */
export function SearchBox() {
  const box = useRef<InputProps.Ref>(null);
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState(false);
  const groups = useAws(everything, wanted ? {} : null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      box.current?.focus();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  const id = text.trim();
  const options = [...byId(id), ...(groups.data ?? [])]
    .filter((group) => group.found.length > 0)
    // The address makes a value unique, and the name comes before it, for what is typed is looked for in both.
    .map(({ what, found }) => ({ label: what, options: found.map((each) => ({ value: each.href, label: each.text })) }));
  return (
    <Autosuggest
      ref={box}
      value={text}
      onChange={({ detail }) => setText(detail.value)}
      onFocus={() => {
        setWanted(true);
        if (wanted) void groups.refetch(); // what was made since is to be found, too
      }}
      onSelect={({ detail }) => {
        setText("");
        if (detail.selectedOption) void navigate(detail.value);
      }}
      options={options}
      hideEnteredTextOption
      virtualScroll
      placeholder="Search (Ctrl+K)"
      ariaLabel="Search pages and resources"
      statusType={wanted && groups.isPending ? "loading" : "finished"}
      loadingText="Looking around"
      empty="Nothing has this name"
    />
  );
}
