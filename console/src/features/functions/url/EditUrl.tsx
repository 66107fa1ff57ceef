import type { FunctionUrlAuthType, FunctionUrlConfig, InvokeMode } from "@aws-sdk/client-lambda";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { type Step, useSteps } from "../../../aws/hooks";
import { addPermission, createUrl, updateUrl } from "../../../aws/lambda-settings";
import { policyOf, statementsIn } from "../policy/policy";
import { SectionForm } from "../../../pieces/EditingSection";
import type { PartProps } from "../tabs";
import { formOf, PUBLIC_STATEMENTS, settingsOf, type UrlForm } from "./url";

interface Props extends PartProps {
  /** The URL that is changed; a new one is made without. */
  url: FunctionUrlConfig | undefined;
  onClose: () => void;
}

const NAMES: { name: "origins" | "methods" | "headers" | "exposed"; label: string; description: string; placeholder: string }[] = [
  { name: "origins", label: "Allow origin", description: "Origins, with commas between them, or * for all.", placeholder: "https://example.com" },
  { name: "methods", label: "Allow methods", description: "GET, PUT, HEAD, POST, PATCH, DELETE or *.", placeholder: "GET, POST" },
  { name: "headers", label: "Allow headers", description: "Headers that a request may have.", placeholder: "content-type, x-my-header" },
  { name: "exposed", label: "Expose headers", description: "Headers of an answer that the page may read.", placeholder: "x-my-header" },
];

/** Makes a function URL, or changes one. */
export function EditUrl({ configuration, qualifier, url, onClose }: Props) {
  const [form, setForm] = useState(() => formOf(url));
  const set = (part: Partial<UrlForm>) => setForm({ ...form, ...part });
  const target = { FunctionName: configuration.FunctionName, ...(qualifier ? { Qualifier: qualifier } : {}) };
  /** Before the URL: whatever is refused on the way, it can be tried again. */
  const letEverybody = async (step: Step) => {
    const standing = statementsIn(await policyOf.send({ ...target, arn: configuration.FunctionArn ?? "" })).map(({ sid }) => sid);
    for (const statement of PUBLIC_STATEMENTS) {
      if (!standing.includes(statement.StatementId)) await step(addPermission, { ...target, ...statement });
    }
  };
  const save = useSteps<UrlForm, undefined>(
    async (wanted, step) => {
      if (wanted.auth === "NONE") await letEverybody(step);
      const { Cors, ...rest } = settingsOf(wanted);
      if (url) await step(updateUrl, { ...target, ...rest, Cors });
      else await step(createUrl, { ...target, ...rest, ...(wanted.shared ? { Cors } : {}) });
      return undefined;
    },
    { touches: ["lambda"], says: `The function URL was ${url ? "changed" : "created"}.`, ownError: true },
  );
  return (
    <SectionForm
      title={url ? "Edit function URL" : "Create function URL"}
      busy={save.isPending}
      error={save.error}
      onSave={() => save.mutate(form, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField label="Auth type">
        <RadioGroup
          value={form.auth}
          onChange={({ detail }) => set({ auth: detail.value as FunctionUrlAuthType })}
          items={[
            { value: "AWS_IAM", label: "AWS_IAM", description: "Requests are signed, and policies decide who may make them." },
            {
              value: "NONE",
              label: "NONE",
              description: "Everybody may call it, without a signature: two statements that say so are added to the resource-based policy.",
            },
          ]}
        />
      </FormField>
      <FormField label="Invoke mode">
        <RadioGroup
          value={form.mode}
          onChange={({ detail }) => set({ mode: detail.value as InvokeMode })}
          items={[
            { value: "BUFFERED", label: "BUFFERED (default)", description: "The function returns its answer, up to 6 MB." },
            { value: "RESPONSE_STREAM", label: "RESPONSE_STREAM", description: "The function writes its answer piece by piece." },
          ]}
        />
      </FormField>
      <Checkbox checked={form.shared} onChange={({ detail }) => set({ shared: detail.checked })} description="Pages of other origins may call the URL.">
        Configure cross-origin resource sharing (CORS)
      </Checkbox>
      {form.shared && (
        <SpaceBetween size="m">
          {NAMES.map(({ name, label, description, placeholder }) => (
            <FormField key={name} label={label} description={description}>
              <Input value={form[name]} placeholder={placeholder} spellcheck={false} onChange={({ detail }) => set({ [name]: detail.value })} />
            </FormField>
          ))}
          <FormField label="Max age" description="How long a browser may remember the answer to a preflight, in seconds." constraintText="0 to 86,400.">
            <Input type="number" value={form.age} onChange={({ detail }) => set({ age: detail.value })} />
          </FormField>
          <Checkbox checked={form.credentials} onChange={({ detail }) => set({ credentials: detail.checked })}>
            Allow credentials
          </Checkbox>
        </SpaceBetween>
      )}
    </SectionForm>
  );
}
