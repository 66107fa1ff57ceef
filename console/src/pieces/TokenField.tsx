import Autosuggest from "@cloudscape-design/components/autosuggest";
import type { AutosuggestProps } from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import { type ReactNode, useState } from "react";

interface Props {
  label: string;
  description?: ReactNode;
  placeholder: string;
  value: string[];
  onChange: (value: string[]) => void;
  options: AutosuggestProps.Options;
  errorText?: string;
}

/** Several texts, each chosen from what is known or written by hand. */
export function TokenField({ label, description, placeholder, value, onChange, options, errorText = "" }: Props) {
  const [text, setText] = useState("");
  const add = (written: string) => {
    const added = written.split(/[\s,]+/).filter((each) => each && !value.includes(each));
    if (added.length) onChange([...value, ...added]);
    setText("");
  };
  return (
    <FormField label={label} description={description} errorText={errorText} stretch>
      <SpaceBetween size="xs">
        <Autosuggest
          value={text}
          onChange={({ detail }) => setText(detail.value)}
          onSelect={({ detail }) => add(detail.value)}
          onKeyDown={(event) => {
            if (event.detail.key !== "Enter") return;
            event.preventDefault();
            add(text);
          }}
          options={options}
          placeholder={placeholder}
          enteredTextLabel={(written) => `Use ${written}`}
          empty="Nothing known by that name"
          virtualScroll
        />
        {value.length > 0 && (
          <TokenGroup
            items={value.map((each) => ({ label: each, dismissLabel: `Remove ${each}` }))}
            onDismiss={({ detail }) => onChange(value.filter((_each, at) => at !== detail.itemIndex))}
            limit={10}
            i18nStrings={{ limitShowFewer: "Show fewer", limitShowMore: "Show all" }}
          />
        )}
      </SpaceBetween>
    </FormField>
  );
}
