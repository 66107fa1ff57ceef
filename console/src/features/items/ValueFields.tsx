import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { type Type, TYPES, typeOf, type Value } from "./attribute";
import { AttributeRow } from "./AttributeRow";
import { AttributeRows } from "./AttributeRows";
import styles from "./attributes.module.css";

interface Props {
  value: Value;
  path: string;
  locked: boolean;
  onChange: (value: Value) => void;
}

const LONG_TEXT = 80;
const BOOLEANS = [
  { value: "true", label: "true" },
  { value: "false", label: "false" },
];

/** The fields of a value, by its type. A number is text here, and binary is base64: nothing is rounded. */
export function ValueFields({ value, path, locked, onChange }: Props) {
  if ("S" in value && (value.S.includes("\n") || value.S.length > LONG_TEXT)) {
    return <Textarea ariaLabel={`Value of ${path}`} disabled={locked} value={value.S} onChange={({ detail }) => onChange({ S: detail.value })} />;
  }
  if ("S" in value || "N" in value || "B" in value) {
    const type = typeOf(value) as "S" | "N" | "B";
    return (
      <Input
        ariaLabel={`Value of ${path}`}
        disabled={locked}
        value={Object.values(value)[0] as string}
        placeholder={type === "S" ? "Empty value" : type === "B" ? "base64" : "0"}
        inputMode={type === "N" ? "decimal" : "text"}
        spellcheck={false}
        onChange={({ detail }) => onChange({ [type]: detail.value } as Value)}
      />
    );
  }
  if ("BOOL" in value) {
    return (
      <Select
        ariaLabel={`Value of ${path}`}
        selectedOption={BOOLEANS[value.BOOL ? 0 : 1] ?? null}
        options={BOOLEANS}
        onChange={({ detail }) => onChange({ BOOL: detail.selectedOption.value === "true" })}
      />
    );
  }
  if ("NULL" in value) return <Input ariaLabel={`Value of ${path}`} value="null" disabled />;
  if ("M" in value) {
    return (
      <div className={styles.nested}>
        <AttributeRows item={value.M} path={path} onChange={(M) => onChange({ M })} />
      </div>
    );
  }
  if ("L" in value) return <ListFields value={value.L} path={path} onChange={(L) => onChange({ L })} />;
  return <SetFields value={value} path={path} onChange={onChange} />;
}

function ListFields({ value, path, onChange }: { value: Value[]; path: string; onChange: (value: Value[]) => void }) {
  return (
    <div className={styles.nested}>
      <SpaceBetween size="s">
        {value.map((each, at) => (
          <AttributeRow
            key={at}
            value={each}
            path={`${path}[${at}]`}
            onChange={(next) => onChange(value.map((old, index) => (index === at ? next : old)))}
            onRemove={() => onChange(value.filter((_old, index) => index !== at))}
          />
        ))}
        <ButtonDropdown
          items={TYPES.map((type) => ({ id: type.value, text: type.label }))}
          onItemClick={({ detail }) => {
            const empty = TYPES.find((type) => type.value === (detail.id as Type))?.empty;
            if (empty) onChange([...value, empty]);
          }}
          ariaLabel={`Insert a field into ${path}`}
        >
          Insert a field
        </ButtonDropdown>
      </SpaceBetween>
    </div>
  );
}

function SetFields({ value, path, onChange }: { value: Value; path: string; onChange: (value: Value) => void }) {
  const type = typeOf(value) as "SS" | "NS" | "BS";
  const members = Object.values(value)[0] as string[];
  const set = (next: string[]) => onChange({ [type]: next } as Value);
  return (
    <div className={styles.nested}>
      <SpaceBetween size="xs">
        {members.map((member, at) => (
          <div key={at} className={styles.setMember}>
            <Input
              ariaLabel={`Value of ${path}, member ${at + 1}`}
              value={member}
              spellcheck={false}
              onChange={({ detail }) => set(members.map((old, index) => (index === at ? detail.value : old)))}
            />
            <Button
              iconName="remove"
              variant="icon"
              formAction="none"
              disabled={members.length === 1}
              ariaLabel={`Remove member ${at + 1} of ${path}`}
              onClick={() => set(members.filter((_old, index) => index !== at))}
            />
          </div>
        ))}
        <Button formAction="none" iconName="add-plus" variant="inline-link" ariaLabel={`Add a member to ${path}`} onClick={() => set([...members, ""])}>
          Add a member
        </Button>
      </SpaceBetween>
    </div>
  );
}
