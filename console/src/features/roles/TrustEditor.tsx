import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense } from "react";

import { Loading } from "../../pieces/Loading";
import { PolicyFindings } from "../iam/PolicyFindings";

const Editor = lazy(() => import("../../pieces/editor/Editor"));

interface Props {
  value: string;
  onChange: (text: string) => void;
}

/** A trust policy as JSON, with what is wrong with it. */
export function TrustEditor({ value, onChange }: Props) {
  return (
    <SpaceBetween size="m">
      <Suspense fallback={<Loading />}>
        <Editor value={value} onChange={onChange} language="json" label="Trust policy" height={360} />
      </Suspense>
      <PolicyFindings text={value} />
    </SpaceBetween>
  );
}
