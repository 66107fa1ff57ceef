/** The name of a first-in-first-out queue or topic ends in .fifo. */

const SUFFIX = ".fifo";

/** The name as it is to be made: with the ending where it is missing. */
export function fifoName(name: string, fifo: boolean): string {
  return fifo && !name.endsWith(SUFFIX) ? name + SUFFIX : name;
}
