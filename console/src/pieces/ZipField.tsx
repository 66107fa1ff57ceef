import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";

interface Props {
  label: string;
  description?: string;
  /** The archive's bytes; null for none. */
  onChange: (archive: Uint8Array | null) => void;
}

/** A .zip file of this machine. */
export function ZipField({ label, description, onChange }: Props) {
  const [files, setFiles] = useState<File[]>([]);
  const choose = async (chosen: File[]) => {
    setFiles(chosen);
    const file = chosen[0];
    onChange(file ? new Uint8Array(await file.arrayBuffer()) : null);
  };
  return (
    <FormField label={label} description={description} constraintText="A .zip file, at most 50 MB.">
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
  );
}
