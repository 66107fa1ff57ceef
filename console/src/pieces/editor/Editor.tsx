import CodeEditor, { type CodeEditorProps } from "@cloudscape-design/components/code-editor";
import { useEffect, useRef, useState } from "react";

interface Props {
  value: string;
  onChange: (value: string) => void;
  language: CodeEditorProps.Language;
  /** What is edited, for who doesn't see it. */
  label: string;
  height?: number;
  /** Lines to begin with, counted from 1: they are selected and scrolled to. */
  marked?: { first: number; last: number } | null;
  /** It is looked at, and not changed. */
  readOnly?: boolean;
  /** Told of what the language's check finds. */
  onProblems?: (count: number) => void;
}

/** What is used of Ace's editor. */
interface Marking {
  setValue: (text: string, cursor: number) => void;
  selection: { setRange: (range: ReturnType<typeof rangeOf>) => void };
  scrollToLine: (line: number, center: boolean, animate: boolean) => void;
}

/** Whole lines, as Ace has them: counted from 0, to the start of the line behind. */
function rangeOf(first: number, last: number) {
  return { start: { row: first - 1, column: 0 }, end: { row: last, column: 0 } };
}

const THEMES = { light: ["cloud_editor"], dark: ["cloud_editor_dark"] };

/** A code editor, which comes when it is needed. */
export default function Editor({ value, onChange, language, label, height = 400, marked = null, readOnly = false, onProblems }: Props) {
  const [ace, setAce] = useState<unknown>(null);
  const [preferences, setPreferences] = useState<Partial<CodeEditorProps.Preferences>>({ wrapLines: true });
  const [contentHeight, setContentHeight] = useState(height);
  const [failed, setFailed] = useState(0);
  useEffect(() => {
    let wanted = true;
    void import("./ace").then(
      (module) => {
        if (wanted) setAce(readOnly ? module.readOnly : module.default);
      },
      () => {
        if (wanted) setAce(undefined);
      },
    );
    return () => {
      wanted = false;
    };
  }, [failed, readOnly]);
  const frame = useRef<HTMLDivElement>(null);
  const [initial] = useState(value);
  const first = marked?.first;
  const last = marked?.last;
  useEffect(() => {
    // Cloudscape hands its editor to nobody, and writes the text into it later; Ace notes it on the element that it draws in.
    const editor = frame.current?.querySelector<HTMLElement & { env?: { editor?: Marking } }>(".ace_editor")?.env?.editor;
    if (!ace || !editor || first === undefined || last === undefined) return;
    editor.setValue(initial, -1);
    editor.selection.setRange(rangeOf(first, last));
    editor.scrollToLine(first - 1, true, false);
  }, [ace, initial, first, last]);
  return (
    <div ref={frame}>
      <CodeEditor
        ace={ace}
        loading={ace === null}
        onRecoveryClick={() => {
          setAce(null);
          setFailed((count) => count + 1);
        }}
        value={value}
        language={language}
        onChange={({ detail }) => onChange(detail.value)}
        onValidate={({ detail }) => onProblems?.(detail.annotations.filter((found) => found.type === "error").length)}
        preferences={preferences}
        onPreferencesChange={({ detail }) => setPreferences(detail)}
        themes={THEMES}
        editorContentHeight={contentHeight}
        onEditorContentResize={({ detail }) => setContentHeight(detail.height)}
        ariaLabel={label}
      />
    </div>
  );
}
