import type { Item } from "../../items/attribute";
import { diff, type DiffLine } from "./diff";
import styles from "./live.module.css";

const SIGNS: Record<DiffLine["kind"], { sign: string; word: string }> = {
  same: { sign: "", word: "unchanged" },
  removed: { sign: "−", word: "removed" },
  added: { sign: "+", word: "added" },
};

/** What changed, line by line, told by signs and words, too, not by colours alone. */
export function Diff({ before, after }: { before: Item | undefined; after: Item | undefined }) {
  return (
    <table className={styles.diff} aria-label="What changed">
      <tbody>
        {diff(before, after).map((line) => (
          <tr key={`${line.path} ${line.kind}`} className={styles[line.kind]}>
            <td className={styles.sign}>
              <span aria-hidden="true">{SIGNS[line.kind].sign}</span>
              <span className={styles.hidden}>{SIGNS[line.kind].word}</span>
            </td>
            <td className={styles.path}>{line.path}</td>
            <td title={line.type}>{line.text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
