import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";

import { TYPES, typeOf, type Value } from "./attribute";
import styles from "./attributes.module.css";
import { ValueFields } from "./ValueFields";

interface Props {
  /** The attribute's name; undefined for a member of a list. */
  name?: string;
  value: Value;
  path: string;
  locked?: boolean;
  kept?: boolean;
  taken?: (name: string) => boolean;
  onChange: (value: Value) => void;
  onRename?: (name: string) => void;
  onRemove: () => void;
}

/** One attribute: its name, its value and its type; what it holds, if it is a list or a map, stands below. */
export function AttributeRow({ name, value, path, locked = false, kept = false, taken, onChange, onRename, onRemove }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const type = typeOf(value);
  const label = TYPES.find((each) => each.value === type)?.label ?? type;
  const rename = () => {
    if (typed !== null && typed !== name && !taken?.(typed)) onRename?.(typed);
    setTyped(null);
  };
  return (
    <div className={styles.row}>
      <div className={styles.name}>
        {name === undefined ? (
          <span className={styles.member}>{path}</span>
        ) : kept ? (
          <span className={styles.key}>
            {name} <Badge color="blue">Key</Badge>
          </span>
        ) : (
          <Input
            ariaLabel={`Name of ${path}`}
            value={typed ?? name}
            spellcheck={false}
            invalid={typed !== null && Boolean(taken?.(typed))}
            onChange={({ detail }) => setTyped(detail.value)}
            onBlur={rename}
          />
        )}
      </div>
      <div className={styles.value}>
        <ValueFields value={value} path={path} locked={locked} onChange={onChange} />
      </div>
      <div className={styles.type}>{label}</div>
      <div className={styles.remove}>
        {!kept && <Button iconName="remove" variant="icon" formAction="none" ariaLabel={`Remove ${path}`} onClick={onRemove} />}
      </div>
    </div>
  );
}
