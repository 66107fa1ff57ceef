import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useState } from "react";

import { Loading } from "../../pieces/Loading";
import { useParameter } from "../../pieces/useParameter";
import { PolicyFindings } from "./PolicyFindings";
import type { Lines } from "./statement-place";
import { type Block, blocksOf, newBlock, NotVisual, textOf } from "./visual";
import { VisualBlock } from "./VisualBlock";

const Editor = lazy(() => import("../../pieces/editor/Editor"));

interface Props {
  /** The policy's text: what both editors show, and what is saved. */
  value: string;
  onChange: (text: string) => void;
  /** Lines that the JSON editor shows first, and marks. */
  marked?: Lines | null;
  /** Why it can't be saved as it is. */
  problem?: string | null;
}

/** A policy, by choosing or as JSON: whatever is changed in one editor is there in the other. */
export function PolicyEditor({ value, onChange, marked = null, problem }: Props) {
  const [mode, setMode] = useParameter("editor", "visual");
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SegmentedControl
              label="Policy editor"
              selectedId={mode}
              onChange={({ detail }) => setMode(detail.selectedId)}
              options={[
                { id: "visual", text: "Visual" },
                { id: "json", text: "JSON" },
              ]}
            />
          }
        >
          Policy editor
        </Header>
      }
    >
      <SpaceBetween size="m">
        {problem && <Alert type="error">{problem}</Alert>}
        {mode === "json" ? (
          <Suspense fallback={<Loading />}>
            <Editor value={value} onChange={onChange} language="json" label="Policy document" height={420} marked={marked} />
          </Suspense>
        ) : (
          <Visual value={value} onChange={onChange} />
        )}
        <PolicyFindings text={value} />
      </SpaceBetween>
    </Container>
  );
}

/** The blocks of the text, and those that don't say anything yet, which the text can't hold. */
function Visual({ value, onChange }: Pick<Props, "value" | "onChange">) {
  const [start] = useState(() => read(value));
  const [blocks, setBlocks] = useState<Block[]>(start.blocks);
  if (start.problem) {
    return <Alert type="info" header="The visual editor can't show this policy">{start.problem}. Nothing of it was changed.</Alert>;
  }
  const set = (next: Block[]) => {
    setBlocks(next);
    onChange(textOf(next));
  };
  return (
    <SpaceBetween size="m">
      {blocks.map((block, at) => (
        <VisualBlock
          key={at}
          value={block}
          onChange={(changed) => set(blocks.map((each, index) => (index === at ? changed : each)))}
          {...(blocks.length > 1 ? { onRemove: () => set(blocks.filter((_each, index) => index !== at)) } : {})}
        />
      ))}
      <Button iconName="add-plus" onClick={() => setBlocks([...blocks, newBlock()])}>
        Add more permissions
      </Button>
    </SpaceBetween>
  );
}

function read(text: string): { blocks: Block[]; problem?: string } {
  try {
    const blocks = blocksOf(text);
    return { blocks: blocks.length ? blocks : [newBlock()] };
  } catch (error) {
    if (error instanceof NotVisual) return { blocks: [], problem: error.message };
    throw error;
  }
}
