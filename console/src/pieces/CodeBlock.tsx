import styles from "./code-block.module.css";

interface Props {
  text: string;
  /** What it is, for who doesn't see it. */
  label: string;
}

/** A text in fixed width with numbered lines, to read and to mark; it scrolls by keyboard, too. */
export function CodeBlock({ text, label }: Props) {
  return (
    <pre className={styles.block} tabIndex={0} role="region" aria-label={label}>
      {text.split("\n").map((line, index) => (
        <code key={index} className={styles.line}>
          {line}
          {"\n"}
        </code>
      ))}
    </pre>
  );
}
