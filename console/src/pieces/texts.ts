/** Values as people read them. */

const TIME = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** "1,234 bytes", "1.2 KB": in powers of 1024. */
export function bytesText(bytes: number): string {
  const units = ["KB", "MB", "GB", "TB"];
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A point of time in the browser's zone, to the second; "-" where there is none. */
export function timeText(time: Date | number | undefined): string {
  return time === undefined ? "-" : TIME.format(time);
}

/** A point of time in UTC, to the millisecond, as AWS's log pages show it: 2026-11-29T16:10:48.123Z. */
export function isoText(time: number | undefined): string {
  return time === undefined ? "-" : new Date(time).toISOString();
}

/** A document with its lines indented; what isn't JSON as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
