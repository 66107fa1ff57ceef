/** The form of an ARN as fields: what is typed fills the ARN, and a pasted ARN fills the fields. */

const FIELD = /\$\{([^}]+)\}/g;

/** The names of the fields of a form, without the partition: Region, Account, TableName, StreamLabel. */
export function fieldsOf(form: string): string[] {
  return [...form.matchAll(FIELD)].map((match) => match[1] ?? "").filter((name) => name !== "Partition");
}

/** The ARN that the fields give; what is left empty stands for any. */
export function fill(form: string, fields: Record<string, string>): string {
  return form.replace(FIELD, (_whole, name: string) => (name === "Partition" ? "aws" : fields[name]?.trim() || "*"));
}

/** The fields of an ARN, or null where it isn't of this form. */
export function read(form: string, arn: string): Record<string, string> | null {
  const names: string[] = [];
  const pattern = form
    .split(FIELD)
    .map((piece, at) => {
      if (at % 2 === 0) return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      names.push(piece);
      // A field before a slash ends there; the last one takes what is left, such as a label with colons.
      return "(.*?)";
    })
    .join("");
  const match = new RegExp(`^${pattern}$`).exec(arn.trim());
  if (!match) return null;
  return Object.fromEntries(names.map((name, at) => [name, match[at + 1] ?? ""]).filter(([name]) => name !== "Partition"));
}

/** The type whose form fits an ARN best: the one with the most fixed text, as a stream's ARN looks like a table's, too. */
export function typeOfArn(resources: Record<string, string>, arn: string): string | undefined {
  const fitting = Object.entries(resources).filter(([, form]) => read(form, arn) !== null);
  const fixed = (form: string) => form.replace(FIELD, "").length;
  return fitting.sort(([, one], [, other]) => fixed(other) - fixed(one))[0]?.[0];
}
