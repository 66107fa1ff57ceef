import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";

import { session } from "../../aws/session";
import { type Trust, type TrustedEntity, USE_CASES } from "./new-role";
import { TrustEditor } from "./TrustEditor";

interface Props {
  value: Trust;
  onChange: (trust: Trust) => void;
  /** What is missing, once somebody wants to go on. */
  problem: string | undefined;
}

const OTHER = "other";

/** Select trusted entity: who may take the role on. */
export function TrustFields({ value, onChange, problem }: Props) {
  const change = (part: Partial<Trust>) => onChange({ ...value, ...part });
  return (
    <SpaceBetween size="l">
      {problem && <Alert type="error">{problem}</Alert>}
      <Container header={<Header variant="h2">Trusted entity type</Header>}>
        <Tiles
          ariaLabel="Trusted entity type"
          columns={3}
          value={value.entity}
          onChange={({ detail }) => change({ entity: detail.value as TrustedEntity })}
          items={[
            { value: "service", label: "AWS service", description: "Allow AWS services like Lambda to perform actions in this account." },
            {
              value: "account",
              label: "AWS account",
              description: "Allow users and roles of this account, or of another one, to perform actions in this account.",
            },
            { value: "custom", label: "Custom trust policy", description: "Write a trust policy that says who may perform actions in this account." },
          ]}
        />
      </Container>
      {value.entity === "service" && <ServiceFields value={value} change={change} />}
      {value.entity === "account" && <AccountFields value={value} change={change} />}
      {value.entity === "custom" && (
        <Container header={<Header variant="h2" description="Who may take the role on, and under which conditions.">Custom trust policy</Header>}>
          <TrustEditor value={value.document} onChange={(document) => change({ document })} />
        </Container>
      )}
    </SpaceBetween>
  );
}

interface PartProps {
  value: Trust;
  change: (part: Partial<Trust>) => void;
}

function ServiceFields({ value, change }: PartProps) {
  const known = USE_CASES.find((each) => each.principal === value.service);
  const [other, setOther] = useState(!known);
  const options = [
    ...USE_CASES.map((each) => ({ value: each.principal, label: each.label })),
    { value: OTHER, label: "Another service" },
  ];
  return (
    <Container header={<Header variant="h2" description="Allow an AWS service to perform actions in this account.">Use case</Header>}>
      <SpaceBetween size="l">
        <FormField label="Service or use case" {...(known && !other ? { constraintText: known.description } : {})}>
          <Select
            selectedOption={options.find((option) => option.value === (other ? OTHER : value.service)) ?? null}
            options={options}
            onChange={({ detail }) => {
              const chosen = detail.selectedOption.value ?? "";
              setOther(chosen === OTHER);
              change({ service: chosen === OTHER ? "" : chosen });
            }}
          />
        </FormField>
        {other && (
          <FormField
            label="Service principal"
            description="The name that the service goes by in policies. Of the services here, Lambda alone takes roles on; others do on AWS."
          >
            <Input
              value={value.service}
              onChange={({ detail }) => change({ service: detail.value.trim() })}
              placeholder="scheduler.amazonaws.com"
              spellcheck={false}
            />
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}

function AccountFields({ value, change }: PartProps) {
  const [another, setAnother] = useState(value.account !== "");
  return (
    <Container
      header={
        <Header variant="h2" description="Their own policies must allow them sts:AssumeRole on this role, too.">
          An AWS account
        </Header>
      }
    >
      <SpaceBetween size="l">
        <RadioGroup
          ariaLabel="Account"
          value={another ? "another" : "this"}
          onChange={({ detail }) => {
            setAnother(detail.value === "another");
            change({ account: "" });
          }}
          items={[
            { value: "this", label: `This account (${session()?.account ?? ""})` },
            { value: "another", label: "Another AWS account" },
          ]}
        />
        {another && (
          <FormField label="Account ID" description="Whose users and roles may take this role on." constraintText="Account ID is a 12-digit number.">
            <Input value={value.account} onChange={({ detail }) => change({ account: detail.value.trim() })} placeholder="111122223333" />
          </FormField>
        )}
        <FormField
          label={<>External ID <i>- optional</i></>}
          description="Best practice when a third party takes the role on: it has to say this word with AssumeRole."
        >
          <Input value={value.externalId} onChange={({ detail }) => change({ externalId: detail.value })} spellcheck={false} />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
