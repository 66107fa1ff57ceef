import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";

import styles from "./file-list.module.css";
import { type Files, withText } from "./package";

interface Props {
  /** The function, as whose folder they are shown. */
  root: string;
  files: Files;
  deployed: Files;
  chosen: string;
  onChoose: (name: string) => void;
  /** Without it they are only looked at. */
  onChange?: (files: Files) => void;
}

const FILES_SHOWN_MAX = 200;

/** The files of a package: one is chosen, new ones are added, others removed. */
export function FileList({ root, files, deployed, chosen, onChoose, onChange }: Props) {
  const [adding, setAdding] = useState<string | null>(null);
  const names = Object.keys(files).sort();
  const add = (event: FormEvent) => {
    event.preventDefault();
    const name = adding?.trim();
    if (name && !files[name]) onChange?.(withText(files, name, ""));
    if (name) onChoose(name);
    setAdding(null);
  };
  const remove = (name: string) => {
    onChange?.(Object.fromEntries(Object.entries(files).filter(([each]) => each !== name)));
    onChoose(names.find((each) => each !== name) ?? "");
  };
  return (
    <nav aria-label="Files">
      <Box variant="awsui-key-label">{root}</Box>
      <ul className={styles.list}>
        {names.slice(0, FILES_SHOWN_MAX).map((name) => (
          <li key={name} className={styles.entry}>
            <button
              type="button"
              className={name === chosen ? styles.chosen : styles.file}
              aria-current={name === chosen}
              onClick={() => onChoose(name)}
            >
              {name}
              {files[name] !== deployed[name] && <span aria-label="changed"> ●</span>}
            </button>
            {onChange && name === chosen && names.length > 1 && (
              <Button variant="inline-icon" iconName="remove" ariaLabel={`Remove ${name}`} onClick={() => remove(name)} />
            )}
          </li>
        ))}
      </ul>
      {names.length > FILES_SHOWN_MAX && <Box color="text-body-secondary">and {names.length - FILES_SHOWN_MAX} more</Box>}
      {!onChange ? null : adding === null ? (
        <Button variant="inline-link" iconName="add-plus" onClick={() => setAdding("")}>
          New file
        </Button>
      ) : (
        <form onSubmit={add}>
          <SpaceBetween size="xxs">
            <Input
              ariaLabel="Name of the new file"
              placeholder="lib/name.mjs"
              value={adding}
              onChange={({ detail }) => setAdding(detail.value)}
              autoFocus
            />
            <Button>Add</Button>
          </SpaceBetween>
        </form>
      )}
    </nav>
  );
}
