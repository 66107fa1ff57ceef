import FormField from "@cloudscape-design/components/form-field";
import Multiselect, { type MultiselectProps } from "@cloudscape-design/components/multiselect";
import { useState } from "react";

import { FormModal } from "./FormModal";

interface Props {
  title: string;
  /** What the button says. */
  action: string;
  /** What is chosen from, in the plural: "Users". */
  label: string;
  /** What can be chosen; undefined while it is asked for. */
  options: MultiselectProps.Option[] | undefined;
  busy: boolean;
  error: unknown;
  /** Gets the values of the chosen options. */
  onChoose: (values: string[]) => void;
  onClose: () => void;
}

/** Choose some of many over the page. */
export function ChooseModal({ title, action, label, options, busy, error, onChoose, onClose }: Props) {
  const [chosen, setChosen] = useState<readonly MultiselectProps.Option[]>([]);
  const what = label.toLowerCase();
  return (
    <FormModal
      title={title}
      action={action}
      busy={busy}
      error={error}
      disabled={chosen.length === 0}
      onSubmit={() => onChoose(chosen.map((option) => option.value ?? ""))}
      onClose={onClose}
    >
      <FormField label={label}>
        <Multiselect
          placeholder={`Choose ${what}`}
          filteringType="auto"
          filteringAriaLabel={`Find ${what}`}
          selectedOptions={chosen}
          options={options ?? []}
          statusType={options || error ? "finished" : "loading"}
          loadingText={`Asking for ${what}`}
          empty={`No other ${what}`}
          onChange={({ detail }) => setChosen(detail.selectedOptions)}
          deselectAriaLabel={(option) => `Remove ${option.label}`}
        />
      </FormField>
    </FormModal>
  );
}
