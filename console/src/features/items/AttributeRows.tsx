import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { type Item, type Type, TYPES, type Value } from "./attribute";
import { AttributeRow } from "./AttributeRow";

interface Props {
  item: Item;
  /** Names whose value is not to be changed here. */
  locked?: string[];
  /** Names that are not to be removed or renamed. */
  kept?: string[];
  /** Where the map lies in the item: "Price" or "list[2]"; empty for the item itself. */
  path: string;
  onChange: (item: Item) => void;
}

/** The attributes of an item, or of a map in it. */
export function AttributeRows({ item, locked = [], kept = [], path, onChange }: Props) {
  const names = Object.keys(item);
  const ordered = [...kept.filter((name) => name in item), ...names.filter((name) => !kept.includes(name))];
  const replace = (name: string, next: [string, Value] | null) =>
    onChange(Object.fromEntries(ordered.flatMap((each) => (each === name ? (next ? [next] : []) : [[each, item[each] as Value]]))));
  const add = (type: Type) => {
    const empty = TYPES.find((each) => each.value === type)?.empty ?? { S: "" };
    let name = "NewValue";
    for (let number = 2; name in item; number++) name = `NewValue${number}`;
    onChange({ ...item, [name]: empty });
  };
  return (
    <SpaceBetween size="s">
      {ordered.map((name, at) => (
        <AttributeRow
          // By its place: a name changes while it is typed, and the row must not lose the focus.
          key={at}
          name={name}
          value={item[name] as Value}
          path={path ? `${path}.${name}` : name}
          locked={locked.includes(name)}
          kept={kept.includes(name)}
          taken={(other) => other !== name && other in item}
          onChange={(value) => replace(name, [name, value])}
          onRename={(other) => replace(name, [other, item[name] as Value])}
          onRemove={() => replace(name, null)}
        />
      ))}
      <ButtonDropdown
        items={TYPES.map(({ value, label }) => ({ id: value, text: label }))}
        onItemClick={({ detail }) => add(detail.id as Type)}
        ariaLabel={path ? `Add new attribute to ${path}` : "Add new attribute"}
      >
        Add new attribute
      </ButtonDropdown>
    </SpaceBetween>
  );
}
