import type { FunctionUrlAuthType } from "@aws-sdk/client-lambda";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useChange } from "../../../aws/hooks";
import { addPermission } from "../../../aws/lambda-settings";
import { FormModal } from "../../../pieces/FormModal";
import { NEW_STATEMENT, type NewStatement, ofKind, permissionOf } from "./policy";

const SERVICES = ["sns.amazonaws.com", "sqs.amazonaws.com", "events.amazonaws.com", "logs.amazonaws.com", "s3.amazonaws.com", "apigateway.amazonaws.com"];
const ACTIONS = ["lambda:InvokeFunction", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:UpdateFunctionCode", "lambda:*"];

interface Props {
  /** The function, and its version or alias. */
  target: { FunctionName: string | undefined; Qualifier?: string };
  onClose: () => void;
}

/** Adds a statement to a function's policy. */
export function AddPermissionModal({ target, onClose }: Props) {
  const [form, setForm] = useState(NEW_STATEMENT);
  const set = (part: Partial<NewStatement>) => setForm({ ...form, ...part });
  const add = useChange(addPermission, { says: `The statement ${form.sid} was added.`, ownError: true });
  return (
    <FormModal
      title="Add permissions"
      action="Save"
      size="large"
      busy={add.isPending}
      error={add.error}
      disabled={!form.sid || !form.principal}
      onSubmit={() => add.mutate({ ...target, ...permissionOf(form) }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField label="Who is allowed">
        <RadioGroup
          value={form.kind}
          onChange={({ detail }) => setForm(ofKind(form, detail.value as NewStatement["kind"]))}
          items={[
            { value: "service", label: "AWS service", description: "A service calls the function: a topic, say." },
            { value: "account", label: "AWS account", description: "An account, or a user or role of it." },
            { value: "url", label: "Function URL", description: "Who calls the function by its URL." },
          ]}
        />
      </FormField>
      <FormField label="Statement ID" description="A name of its own within the policy." constraintText="Letters, numbers, hyphens and underscores.">
        <Input value={form.sid} spellcheck={false} onChange={({ detail }) => set({ sid: detail.value })} />
      </FormField>
      {form.kind === "url" && (
        <FormField label="Auth type">
          <RadioGroup
            value={form.auth}
            onChange={({ detail }) => set({ auth: detail.value as FunctionUrlAuthType, principal: detail.value === "NONE" ? "*" : "" })}
            items={[
              { value: "AWS_IAM", label: "AWS_IAM" },
              { value: "NONE", label: "NONE" },
            ]}
          />
        </FormField>
      )}
      <FormField label="Principal" description={form.kind === "service" ? "The service." : "An account's 12 digits, the ARN of a user or role, or * for everybody."}>
        {form.kind === "service" ? (
          <Autosuggest
            value={form.principal}
            options={SERVICES.map((value) => ({ value }))}
            enteredTextLabel={(value) => `Use: ${value}`}
            onChange={({ detail }) => set({ principal: detail.value })}
          />
        ) : (
          <Input value={form.principal} placeholder="111122223333" spellcheck={false} onChange={({ detail }) => set({ principal: detail.value })} />
        )}
      </FormField>
      {form.kind === "service" && (
        <SpaceBetween size="m">
          <FormField label="Source ARN" description="The topic or other resource that calls; without it, any of the service." >
            <Input value={form.sourceArn} placeholder="arn:aws:sns:…" spellcheck={false} onChange={({ detail }) => set({ sourceArn: detail.value })} />
          </FormField>
          <FormField label={<span>Source account - <i>optional</i></span>}>
            <Input ariaLabel="Source account" value={form.sourceAccount} onChange={({ detail }) => set({ sourceAccount: detail.value })} />
          </FormField>
        </SpaceBetween>
      )}
      {form.kind !== "url" && (
        <FormField label="Action">
          <Select
            selectedOption={{ value: form.action, label: form.action }}
            options={ACTIONS.map((value) => ({ value, label: value }))}
            onChange={({ detail }) => set({ action: detail.selectedOption.value ?? form.action })}
          />
        </FormField>
      )}
    </FormModal>
  );
}
