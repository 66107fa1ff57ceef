import { expect, it } from "vitest";

import { pieces, wordsOf } from "./highlight";

it("marks every place of a word, whatever its case, and takes it literally", () => {
  expect(pieces("Error [a.b] error", ["error", "[a.b]"])).toEqual([
    { text: "Error", marked: true },
    { text: " ", marked: false },
    { text: "[a.b]", marked: true },
    { text: " ", marked: false },
    { text: "error", marked: true },
  ]);
  expect(pieces("axb", ["a.b"])).toEqual([{ text: "axb", marked: false }]);
});

it("takes five different words at most", () => {
  expect(wordsOf("  a B a c d e f ")).toEqual(["a", "b", "c", "d", "e"]);
  expect(wordsOf("  ")).toEqual([]);
});
