import CodeEditor, { type CodeEditorProps } from "@cloudscape-design/components/code-editor";
import { useEffect, useState } from "react";

interface Props {
  value: string;
  onChange: (value: string) => void;
  language: CodeEditorProps.Language;
  /** What is edited, for who doesn't see it. */
  label: string;
  height?: number;
  /** Told of what the language's check finds. */
  onProblems?: (count: number) => void;
}

const THEMES = { light: ["cloud_editor"], dark: ["cloud_editor_dark"] };

/** A code editor, which comes when it is needed. */
export default function Editor({ value, onChange, language, label, height = 400, onProblems }: Props) {
  const [ace, setAce] = useState<unknown>(null);
  const [preferences, setPreferences] = useState<Partial<CodeEditorProps.Preferences>>({ wrapLines: true });
  const [contentHeight, setContentHeight] = useState(height);
  const [failed, setFailed] = useState(0);
  useEffect(() => {
    let wanted = true;
    void import("./ace").then(
      (module) => {
        if (wanted) setAce(module.default);
      },
      () => {
        if (wanted) setAce(undefined);
      },
    );
    return () => {
      wanted = false;
    };
  }, [failed]);
  return (
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
  );
}
