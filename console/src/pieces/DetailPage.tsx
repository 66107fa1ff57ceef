import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { type ReactNode, Suspense } from "react";

import { isMissing } from "../aws/errors";
import { ActionRow } from "./ActionRow";
import { ErrorAlert } from "./ErrorAlert";
import { Loading } from "./Loading";
import { NotFound } from "./NotFound";
import { useParameter } from "./useParameter";

export interface DetailTab {
  id: string;
  label: string;
  content: ReactNode;
}

interface Props<Found> {
  /** "table". */
  what: string;
  name: string;
  /** The list that it stands in. */
  back: { text: string; href: string };
  /** What `useAws` gives of it. */
  query: { error: unknown; refetch: () => unknown };
  /** What was found; nothing yet, where the answer is still to come. */
  found: Found | undefined;
  description?: (found: Found) => ReactNode;
  /** Buttons beside the name, in a row. */
  actions?: (found: Found) => ReactNode;
  /** Between the name and the tabs. */
  summary?: (found: Found) => ReactNode;
  /** Which of them is open is in the address; the first one is where nothing is. */
  tabs: (found: Found) => DetailTab[];
  /** Dialogs over the page. */
  children?: (found: Found) => ReactNode;
}

/** A page about one resource: its name, what may be done with it, and the rest in tabs; or why there is nothing to see. */
export function DetailPage<Found>(props: Props<Found>) {
  const { what, name, back, query, found } = props;
  if (isMissing(query.error)) return <NotFound what={what} name={name} back={back} />;
  if (!found) return query.error ? <ErrorAlert error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={props.description?.(found)}
        actions={props.actions && <ActionRow>{props.actions(found)}</ActionRow>}
      >
        {name}
      </Header>
      {props.summary?.(found)}
      <TabsInAddress label={`${what.charAt(0).toUpperCase()}${what.slice(1)} ${name}`} tabs={props.tabs(found)} />
      {props.children?.(found)}
    </SpaceBetween>
  );
}

function TabsInAddress({ label, tabs }: { label: string; tabs: DetailTab[] }) {
  const [tab, setTab] = useParameter("tab", tabs[0]?.id);
  return (
    <Tabs
      ariaLabel={label}
      activeTabId={tab}
      onChange={({ detail }) => setTab(detail.activeTabId)}
      tabs={tabs.map(({ content, ...each }) => ({ ...each, content: <Suspense fallback={<Loading />}>{content}</Suspense> }))}
    />
  );
}
