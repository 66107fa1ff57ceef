import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Toggle from "@cloudscape-design/components/toggle";
import { lazy, Suspense, useState } from "react";

import { to } from "../../app/paths";
import { FormPage } from "../../pieces/FormPage";
import { Loading } from "../../pieces/Loading";
import { useParameter } from "../../pieces/useParameter";
import type { Item } from "./attribute";
import { AttributeRows } from "./AttributeRows";
import { parseDynamoDbJson, printDynamoDbJson } from "./dynamodb-json";
import { parsePlainJson, printPlainJson } from "./plain-json";
import { useSaveItem } from "./useSaveItem";

const Editor = lazy(() => import("../../pieces/editor/Editor"));

interface Props {
  table: string;
  keys: string[];
  /** The item as it is in the table; null for a new one. */
  before: Item | null;
  start: Item;
  onDone: () => void;
}

/** An item as a form, as plain JSON, or as DynamoDB JSON: three views of the same values, of which none is lost. */
export function ItemForm({ table, keys, before, start, onDone }: Props) {
  const [view, setView] = useParameter("view", "form");
  const [plain, setPlain] = useState(false);
  const [item, setItem] = useState(start);
  // What is written in the JSON editor, until it is read: half a document is no item.
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  const save = useSaveItem(table, keys, before);
  const print = (value: Item, asPlain: boolean) => (asPlain ? printPlainJson(value) : printDynamoDbJson(value));
  /** The item as it is now, also from a draft; null where the draft is none, which is said then. */
  const current = (): Item | null => {
    if (draft === null) return item;
    try {
      return plain ? parsePlainJson(draft, item) : parseDynamoDbJson(draft);
    } catch (error) {
      setProblem(error as Error);
      return null;
    }
  };
  const turn = (how: () => void) => {
    const now = current();
    if (!now) return;
    setItem(now);
    setDraft(null);
    setProblem(null);
    how();
  };
  const submit = () => {
    const now = current();
    if (!now) return;
    setProblem(null);
    save.mutate(now, { onSuccess: onDone });
  };
  return (
    <FormPage
      title={before ? "Edit item" : "Create item"}
      description={`${before ? "An item" : "A new item"} of ${table}. Numbers keep every digit, sets stay sets, binary stays binary.`}
      actions={
        <SegmentedControl
          label="View of the item"
          selectedId={view}
          onChange={({ detail }) => turn(() => setView(detail.selectedId))}
          options={[
            { id: "form", text: "Form" },
            { id: "json", text: "JSON view" },
          ]}
        />
      }
      submit={before ? "Save" : "Create item"}
      onSubmit={submit}
      cancel={to.items(table)}
      busy={save.isPending}
      values={[printDynamoDbJson(item), draft]}
      error={problem ?? save.error}
    >
      {view === "form" ? (
        <Container header={<Header variant="h2">Attributes</Header>}>
          <AttributeRows item={item} locked={before ? keys : []} kept={keys} onChange={setItem} path="" />
        </Container>
      ) : (
        <Container
          header={
            <Header
              variant="h2"
              actions={
                <Toggle checked={!plain} onChange={({ detail }) => turn(() => setPlain(!detail.checked))}>
                  View DynamoDB JSON
                </Toggle>
              }
            >
              Attributes
            </Header>
          }
        >
          <Suspense fallback={<Loading />}>
            <Editor
              value={draft ?? print(item, plain)}
              onChange={setDraft}
              language="json"
              label="Item as JSON"
              height={420}
            />
          </Suspense>
          {plain && (
            <Box color="text-body-secondary" margin={{ top: "xs" }}>
              Plain JSON has no sets and no binary: where the item has them, a fitting list or text stays one.
            </Box>
          )}
        </Container>
      )}
    </FormPage>
  );
}
