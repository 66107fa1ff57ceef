import type { Attempt } from "../../aws/traces";
import { durationText, partsOf } from "./story";
import styles from "./time-bar.module.css";

const CLASSES = { Waited: styles.waited, "Cold start": styles.cold, Ran: styles.ran };

/** Where an attempt's time went, as a bar and in words. */
export function TimeBar({ attempt }: { attempt: Attempt }) {
  const parts = partsOf(attempt);
  if (parts.length === 0) return null;
  return (
    <div>
      <div className={styles.bar} aria-hidden="true">
        {parts.map((part) => (
          <div key={part.what} className={CLASSES[part.what]} style={{ flexGrow: part.milliseconds }} />
        ))}
      </div>
      <div className={styles.words}>
        {parts.map((part) => (
          <span key={part.what}>
            <span className={`${styles.key} ${CLASSES[part.what]}`} aria-hidden="true" /> {part.what} {durationText(part.milliseconds)}
          </span>
        ))}
      </div>
    </div>
  );
}
