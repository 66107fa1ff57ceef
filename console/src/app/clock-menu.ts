/** Time travel: the server's clock in the top bar, where the server was started with --movable-clock. */

import type { TopNavigationProps } from "@cloudscape-design/components/top-navigation";

import { clockText, endsSession, useAdvanceClock, useServerClock } from "./server-clock";

const MOVES = [
  { seconds: 60, text: "1 minute ahead" },
  { seconds: 300, text: "5 minutes ahead" },
  { seconds: 3_600, text: "1 hour ahead" },
  { seconds: 4 * 3_600, text: "4 hours ahead" },
  { seconds: 86_400, text: "1 day ahead" },
  { seconds: 7 * 86_400, text: "7 days ahead" },
  { seconds: 30 * 86_400, text: "30 days ahead" },
];

/** The control that shows and advances the server's time; none where its clock can't be moved. */
export function useClockMenu(): TopNavigationProps.MenuDropdownUtility[] {
  const clock = useServerClock();
  const advance = useAdvanceClock();
  if (!clock?.movable) return [];
  const time = clockText(clock.now);
  return [
    {
      type: "menu-dropdown",
      text: time,
      iconName: "status-pending",
      ariaLabel: `The server's time is ${time}: move it ahead`,
      title: "Move the server's time ahead",
      items: MOVES.map(({ seconds, text }) => ({
        id: String(seconds),
        text: endsSession(clock.now + seconds * 1000) ? `${text} (your session ends, too)` : text,
      })),
      onItemClick: ({ detail }) => advance.move({ Seconds: Number(detail.id) }),
    },
  ];
}
