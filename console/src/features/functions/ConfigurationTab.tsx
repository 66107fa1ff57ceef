import Grid from "@cloudscape-design/components/grid";
import { Suspense } from "react";

import { Loading } from "../../pieces/Loading";
import { useParameter } from "../../pieces/useParameter";
import styles from "./configuration.module.css";
import { type PartProps, partsFor, SECTIONS } from "./tabs";

/** The sections of a function's configuration, chosen on the left. */
export default function ConfigurationTab({ configuration, qualifier }: PartProps) {
  const [chosen, choose] = useParameter("section", "general");
  const sections = partsFor(SECTIONS, qualifier);
  const section = sections.find((each) => each.id === chosen) ?? sections[0];
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, s: 3 } }, { colspan: { default: 12, s: 9 } }]}>
      <nav aria-label="Configuration">
        <ul className={styles.list}>
          {sections.map(({ id, label }) => (
            <li key={id}>
              <button
                type="button"
                className={id === section?.id ? styles.chosen : styles.section}
                aria-current={id === section?.id}
                onClick={() => choose(id)}
              >
                {label}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <Suspense fallback={<Loading />}>{section && <section.Content configuration={configuration} qualifier={qualifier} />}</Suspense>
    </Grid>
  );
}
