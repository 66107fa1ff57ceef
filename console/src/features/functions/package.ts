/** A function's deployment package: the files of a zip archive, of which texts are edited and all else is kept as it is. */

import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";

export type Files = Record<string, Uint8Array>;

const TEXT_BYTES_MAX = 512 * 1024;
const LANGUAGES: Record<string, string> = {
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  ts: "javascript",
  json: "json",
  py: "python",
  sh: "sh",
  bootstrap: "sh",
};

/** The files of an archive, without its folders. Throws where it is none. */
export function unpack(archive: Uint8Array): Files {
  return Object.fromEntries(Object.entries(unzipSync(archive)).filter(([name]) => !name.endsWith("/")));
}

/** The archive of files; the same files always give the same bytes. */
export function pack(files: Files): Uint8Array {
  return zipSync(files, { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o755 << 16 });
}

/** The text of a file, or null where it is none that can be edited here: too large, or not in UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > TEXT_BYTES_MAX) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/** The files with a text changed. */
export function withText(files: Files, name: string, text: string): Files {
  return { ...files, [name]: strToU8(text) };
}

/** Whether two packages hold the same. */
export function same(one: Files, other: Files): boolean {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => {
    const [a, b] = [one[name], other[name]];
    return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, at) => byte === b[at]);
  });
}

/** What Ace calls a file's language. */
export function languageOf(name: string): string {
  return LANGUAGES[name.split(/[./]/).at(-1) ?? ""] ?? "text";
}

/** The file that a handler lies in, among those of a package: `index.handler` and `index.mjs`. */
export function handlerFile(files: Files, handler: string | undefined): string | undefined {
  const module = handler?.split(".").slice(0, -1).join(".");
  const names = Object.keys(files).sort();
  return names.find((name) => name.replace(/\.[^./]+$/, "") === module) ?? names.find((name) => !name.includes("/")) ?? names[0];
}

/** A text file's content as a string; for files that this page has made itself. */
export function stringOf(bytes: Uint8Array): string {
  return strFromU8(bytes);
}
