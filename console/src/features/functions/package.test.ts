// @vitest-environment node
import { expect, test } from "vitest";

import { handlerFile, languageOf, pack, same, stringOf, textOf, unpack, withText } from "./package";

const FILES = { "index.mjs": new TextEncoder().encode("export const handler = 1;\n"), "lib/a.bin": new Uint8Array([0, 255, 1]) };

test("what is packed is unpacked, byte by byte", () => {
  expect(same(unpack(pack(FILES)), FILES)).toBe(true);
});

test("a change of a text leaves the other files alone", () => {
  const changed = withText(FILES, "index.mjs", "// grüß\n");
  expect(same(changed, FILES)).toBe(false);
  expect(stringOf(changed["index.mjs"] as Uint8Array)).toBe("// grüß\n");
  expect(changed["lib/a.bin"]).toBe(FILES["lib/a.bin"]);
});

test("only texts are shown as texts", () => {
  expect(textOf(FILES["lib/a.bin"])).toBeNull();
  expect(textOf(FILES["index.mjs"])).toContain("handler");
});

test("the handler's file is opened first", () => {
  expect(handlerFile(FILES, "index.handler")).toBe("index.mjs");
  expect(handlerFile({ "src/app.py": new Uint8Array() }, "src/app.f")).toBe("src/app.py");
  expect(languageOf("src/app.py")).toBe("python");
});
