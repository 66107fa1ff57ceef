import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";

import { FormModal } from "../../pieces/FormModal";
import { fieldsOf, fill, read } from "./arn-form";

interface Props {
  /** The resource type: "stream". */
  type: string;
  form: string;
  onAdd: (arn: string) => void;
  onClose: () => void;
}

/** "TableName" as "Table name". */
function words(field: string): string {
  const spaced = field.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Specify ARNs: field by field, or pasted whole into the last one, which then fills the others. */
export function ArnModal({ type, form, onAdd, onClose }: Props) {
  const [fields, setFields] = useState<Record<string, string>>({});
  const [arn, setArn] = useState("");
  const understood = arn === "" || read(form, arn) !== null;
  const typeInto = (name: string, value: string) => {
    const next = { ...fields, [name]: value };
    setFields(next);
    setArn(fill(form, next));
  };
  const paste = (text: string) => {
    setArn(text);
    setFields(read(form, text) ?? {});
  };
  return (
    <FormModal
      title="Specify ARNs"
      action="Add ARNs"
      busy={false}
      disabled={arn.trim() === "" || !understood}
      onSubmit={() => onAdd(arn.trim())}
      onClose={onClose}
    >
      {fieldsOf(form).map((name) => (
        <FormField key={name} label={`Resource ${words(name).toLowerCase()}`}>
          <Input value={fields[name] ?? ""} placeholder="*" spellcheck={false} onChange={({ detail }) => typeInto(name, detail.value)} />
        </FormField>
      ))}
      <FormField
        label="Resource ARN"
        description="Paste it here, and it fills the fields above."
        errorText={understood ? "" : `This is not the ARN of a ${type}: ${fill(form, {})}`}
      >
        <Input value={arn} placeholder={fill(form, {})} spellcheck={false} onChange={({ detail }) => paste(detail.value)} />
      </FormField>
    </FormModal>
  );
}
