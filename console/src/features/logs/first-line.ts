/** The first line of a message, for a row that isn't expanded. */
export function firstLine(message: string): string {
  const [line = ""] = message.trimEnd().split("\n");
  return message.trimEnd().includes("\n") ? `${line} …` : line;
}
