import FormField from "@cloudscape-design/components/form-field";
import Tiles from "@cloudscape-design/components/tiles";

interface Props {
  fifo: boolean;
  onChange: (fifo: boolean) => void;
  /** What each promises. */
  standard: string;
  firstInFirstOut: string;
}

/** The type of a queue or topic that is being made. */
export function TypeTiles({ fifo, onChange, standard, firstInFirstOut }: Props) {
  return (
    <FormField label="Type" description="It can't be changed later.">
      <Tiles
        value={fifo ? "fifo" : "standard"}
        onChange={({ detail }) => onChange(detail.value === "fifo")}
        items={[
          { value: "standard", label: "Standard", description: standard },
          { value: "fifo", label: "FIFO (first-in, first-out)", description: firstInFirstOut },
        ]}
      />
    </FormField>
  );
}
