/** Points of time as a form has them: `2026-11-29T16:10:48`, in the browser's zone. */

/** A point of time in the browser's zone, to the second. */
export function localText(time: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The point of time that a text means; null for one that isn't complete. */
export function timeOf(text: string): Date | null {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}(:\d{2}){1,2}$/.test(text) ? new Date(text) : null;
  return time === null || Number.isNaN(time.getTime()) ? null : time;
}

/** How far the browser's zone is from UTC at that time: "UTC+01:00". */
export function zoneText(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const two = (part: number) => String(Math.floor(Math.abs(part))).padStart(2, "0");
  return minutes === 0 ? "UTC" : `UTC${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
