import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { useSteps } from "../../aws/hooks";
import { FormPage } from "../../pieces/FormPage";
import { useParameter } from "../../pieces/useParameter";
import { create, type NewFunction, type RuntimeChoice, RUNTIMES } from "./new-function";
import { RoleField } from "./RoleField";
import { UploadFields } from "./UploadFields";

const CREATED = (name: string) =>
  `Successfully created the function ${name}. You can now change its code and configuration. To invoke your function with a test event, choose "Test".`;

/** Create function: from scratch, or from a package. */
export default function CreateFunctionPage() {
  const navigate = useNavigate();
  const [start, setStart] = useParameter("start", "scratch");
  const [form, setForm] = useState<NewFunction>({
    name: "",
    runtime: RUNTIMES[0] as RuntimeChoice,
    upload: null,
    role: null,
    description: "",
  });
  const change = (part: Partial<NewFunction>) => setForm((before) => ({ ...before, ...part }));
  const make = useSteps<NewFunction, string>(create, { touches: ["lambda", "iam"], says: CREATED, ownError: true });
  const submit = () => {
    const wanted = start === "upload" ? form : { ...form, upload: null };
    make.mutate(wanted, { onSuccess: (name) => void navigate(to.function(name)) });
  };
  return (
    <FormPage
      title="Create function"
      onSubmit={submit}
      cancel={to.functions()}
      busy={make.isPending}
      values={[form.name, form.runtime.value, form.description, form.upload !== null]}
      disabled={start === "upload" && !form.upload}
      error={make.error}
    >
      <Tiles
        ariaLabel="How to start"
        value={start}
        onChange={({ detail }) => setStart(detail.value)}
        items={[
          { value: "scratch", label: "Author from scratch", description: "Start with a simple Hello World example." },
          { value: "upload", label: "Upload a package", description: "Start with a .zip file of your own." },
        ]}
      />
      <Container header={<Header variant="h2">Basic information</Header>}>
        <SpaceBetween size="l">
          <FormField
            label="Function name"
            description="Enter a name that describes the purpose of your function."
            constraintText="1 to 64 letters, numbers, hyphens or underscores, with no spaces."
          >
            <Input
              value={form.name}
              onChange={({ detail }) => change({ name: detail.value })}
              placeholder="myFunctionName"
              spellcheck={false}
            />
          </FormField>
          <FormField label="Runtime" description="The language that the function is written in.">
            <Select
              selectedOption={form.runtime}
              options={RUNTIMES}
              onChange={({ detail }) =>
                change({ runtime: RUNTIMES.find((it) => it.value === detail.selectedOption.value) ?? form.runtime })
              }
            />
          </FormField>
          {start === "upload" && (
            <UploadFields runtime={form.runtime} value={form.upload} onChange={(upload) => change({ upload })} />
          )}
          <FormField label={<span>Description - <i>optional</i></span>}>
            <Input ariaLabel="Description" value={form.description} onChange={({ detail }) => change({ description: detail.value })} />
          </FormField>
          <RoleField functionName={form.name} value={form.role} onChange={(role) => change({ role })} />
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
