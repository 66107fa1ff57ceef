/** How long a session of a role may be: an hour at least, twelve at most. */

const HOUR_SECONDS = 3600;
export const SECONDS_MIN = HOUR_SECONDS;
export const SECONDS_MAX = 12 * HOUR_SECONDS;
export const CUSTOM = "custom";

/** The choices, as AWS's console has them. */
export const DURATIONS = [
  ...[1, 2, 4, 8, 12].map((hours) => ({ value: String(hours * HOUR_SECONDS), label: hoursText(hours) })),
  { value: CUSTOM, label: "Custom duration" },
];

function hoursText(hours: number): string {
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** "1 hour", "5400 seconds". */
export function durationText(seconds: number | undefined): string {
  if (seconds === undefined) return "-";
  return seconds % HOUR_SECONDS === 0 ? hoursText(seconds / HOUR_SECONDS) : `${seconds} seconds`;
}
