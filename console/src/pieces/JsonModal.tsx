import { lazy, type ReactNode, Suspense, useState } from "react";

import { FormModal } from "./FormModal";
import { Loading } from "./Loading";
import { prettyJson } from "./texts";

const Editor = lazy(() => import("./editor/Editor"));

interface Props {
  title: string;
  /** What is edited, for who doesn't see it. */
  label: string;
  children?: ReactNode;
  value: string;
  busy: boolean;
  error?: unknown;
  onSave: (text: string) => void;
  onClose: () => void;
}

/** A JSON document, edited over the page and saved whole. */
export function JsonModal({ title, label, children, value, busy, error, onSave, onClose }: Props) {
  const [text, setText] = useState(() => prettyJson(value));
  return (
    <FormModal
      title={title}
      action="Save changes"
      size="large"
      busy={busy}
      error={error}
      onSubmit={() => onSave(text)}
      onClose={onClose}
    >
      {children}
      <Suspense fallback={<Loading />}>
        <Editor value={text} onChange={setText} language="json" label={label} height={320} />
      </Suspense>
    </FormModal>
  );
}
