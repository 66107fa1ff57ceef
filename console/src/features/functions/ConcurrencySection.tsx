import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";

import { useAws, useChange } from "../../aws/hooks";
import { deleteConcurrency, getAccountSettings, getConcurrency, putConcurrency } from "../../aws/lambda-settings";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { EditingSection, SectionForm } from "../../pieces/EditingSection";
import type { PartProps } from "./tabs";

/** How many runs of the function may be under way at once, and how many the account has. */
export default function ConcurrencySection({ configuration }: PartProps) {
  const name = configuration.FunctionName ?? "";
  const [own, account] = [useAws(getConcurrency, { FunctionName: name }), useAws(getAccountSettings, {})];
  const error = own.error ?? account.error;
  if (!own.data || !account.data)
    return error ? <ErrorAlert error={error} retry={() => void Promise.all([own.refetch(), account.refetch()])} /> : <Loading />;
  const reserved = own.data.ReservedConcurrentExecutions;
  const { ConcurrentExecutions: whole = 0, UnreservedConcurrentExecutions: free = 0 } = account.data.AccountLimit ?? {};
  return (
    <EditingSection
      title="Concurrency"
      description="Runs of the function that may be under way at once. What none reserves is shared by all functions of the account."
      form={(close) => <EditConcurrency name={name} reserved={reserved} unreserved={free + (reserved ?? 0)} onClose={close} />}
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Function concurrency", value: reserved === undefined ? "Use unreserved account concurrency" : "Reserve concurrency" },
          { label: "Reserved concurrency", value: reserved === undefined ? "-" : reserved === 0 ? "0: the function is stopped" : reserved.toLocaleString("en") },
          { label: "Unreserved account concurrency", value: `${free.toLocaleString("en")} of ${whole.toLocaleString("en")}` },
        ]}
      />
    </EditingSection>
  );
}

interface EditProps {
  name: string;
  reserved: number | undefined;
  /** What is left for all, were this function to reserve nothing. */
  unreserved: number;
  onClose: () => void;
}

function EditConcurrency({ name, reserved, unreserved, onClose }: EditProps) {
  const [kind, setKind] = useState(reserved === undefined ? "unreserved" : "reserve");
  const [wanted, setWanted] = useState(String(reserved ?? 0));
  const says = `Successfully updated the function ${name}.`;
  const put = useChange(putConcurrency, { says, ownError: true });
  const drop = useChange(deleteConcurrency, { says, ownError: true });
  const submit = () => {
    if (kind === "unreserved") drop.mutate({ FunctionName: name }, { onSuccess: onClose });
    else put.mutate({ FunctionName: name, ReservedConcurrentExecutions: Number(wanted) }, { onSuccess: onClose });
  };
  return (
    <SectionForm
      title="Edit concurrency"
      busy={put.isPending || drop.isPending}
      error={put.error ?? drop.error}
      onSave={submit}
      onClose={onClose}
    >
      <FormField label="Concurrency">
        <RadioGroup
          value={kind}
          onChange={({ detail }) => setKind(detail.value)}
          items={[
            { value: "unreserved", label: "Use unreserved account concurrency", description: `${unreserved.toLocaleString("en")}, shared with other functions.` },
            { value: "reserve", label: "Reserve concurrency", description: "So many for this function, no more and no fewer." },
          ]}
        />
      </FormField>
      {kind === "reserve" && (
        <FormField label="Reserved concurrency" constraintText="0 stops the function: each call is refused.">
          <Input type="number" value={wanted} onChange={({ detail }) => setWanted(detail.value)} />
        </FormField>
      )}
    </SectionForm>
  );
}
