import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";

const SHOWN_MS = 2_000;

interface Props {
  text: string;
  /** What is copied, for who can't see the button: "ARN". */
  what: string;
}

/** A text with a button that copies it; also on plain http, where browsers keep the clipboard's API from a page. */
export function Copyable({ text, what }: Props) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <span>
      <Button variant="inline-icon" iconName="copy" ariaLabel={`Copy ${what}`} onClick={() => void copy()} />{" "}
      <span style={{ wordBreak: "break-all" }}>{text}</span>{" "}
      {copied && <StatusIndicator>Copied</StatusIndicator>}
    </span>
  );
}

/** Put a text into the clipboard. */
export async function copyText(text: string): Promise<void> {
  // Typed as always there, but missing where the page isn't a secure context.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) return clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
