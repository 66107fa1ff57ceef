import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import type { NewFunction, RuntimeChoice } from "./new-function";

interface Props {
  runtime: RuntimeChoice;
  value: NewFunction["upload"];
  onChange: (upload: NewFunction["upload"]) => void;
}

/** A package from this machine, and the handler in it. */
export function UploadFields({ runtime, value, onChange }: Props) {
  const [files, setFiles] = useState<File[]>([]);
  const choose = async (chosen: File[]) => {
    setFiles(chosen);
    const file = chosen[0];
    if (!file) return onChange(null);
    const archive = new Uint8Array(await file.arrayBuffer());
    onChange({ archive, handler: value?.handler ?? runtime.handler });
  };
  return (
    <SpaceBetween size="l">
      <FormField label="Package" constraintText="A .zip file, at most 50 MB.">
        <FileUpload
          value={files}
          accept=".zip"
          showFileSize
          onChange={({ detail }) => void choose(detail.value)}
          i18nStrings={{
            uploadButtonText: () => "Choose file",
            dropzoneText: () => "Drop the file here",
            removeFileAriaLabel: () => "Remove file",
            limitShowFewer: "Show fewer",
            limitShowMore: "Show more",
            errorIconAriaLabel: "Error",
          }}
        />
      </FormField>
      <FormField label="Handler" description="The file and the function in it.">
        <Input
          value={value?.handler ?? runtime.handler}
          disabled={!value}
          onChange={({ detail }) => value && onChange({ ...value, handler: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}
