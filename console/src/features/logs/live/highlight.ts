/** Where the words that one looks out for stand in a line. */

export interface Piece {
  text: string;
  marked: boolean;
}

export const WORDS_MAX = 5;

/** The words of what was typed, at most five. */
export function wordsOf(typed: string): string[] {
  return [...new Set(typed.toLowerCase().split(/\s+/).filter(Boolean))].slice(0, WORDS_MAX);
}

/** A text in pieces, with every place of a word marked, whatever its case. */
export function pieces(text: string, words: readonly string[]): Piece[] {
  if (!words.length) return [{ text, marked: false }];
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return text
    .split(new RegExp(`(${escaped.join("|")})`, "gi"))
    .map((piece, place) => ({ text: piece, marked: place % 2 === 1 }))
    .filter((piece) => piece.text);
}
