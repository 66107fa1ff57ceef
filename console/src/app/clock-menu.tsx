/** Time travel: the server's clock in the top bar, where the server was started with --movable-clock. */

import type { TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { lazy, type ReactNode, Suspense, useState } from "react";

import { clockText, endsSession, useAdvanceClock, useServerClock } from "./server-clock";

const ClockModal = lazy(() => import("./ClockModal"));
const CHOOSE = "choose";
const MOVES = [
  { seconds: 60, text: "1 minute ahead" },
  { seconds: 300, text: "5 minutes ahead" },
  { seconds: 3_600, text: "1 hour ahead" },
  { seconds: 4 * 3_600, text: "4 hours ahead" },
  { seconds: 86_400, text: "1 day ahead" },
  { seconds: 7 * 86_400, text: "7 days ahead" },
  { seconds: 30 * 86_400, text: "30 days ahead" },
];

interface ClockMenu {
  utilities: TopNavigationProps.MenuDropdownUtility[];
  /** The dialog that asks for another time, while it is open. */
  dialog: ReactNode;
}

/** The control that shows and advances the server's time; none where its clock can't be moved. */
export function useClockMenu(): ClockMenu {
  const clock = useServerClock();
  const advance = useAdvanceClock();
  const [choosing, setChoosing] = useState(false);
  if (!clock?.movable) return { utilities: [], dialog: null };
  const time = clockText(clock.now);
  const moves = MOVES.map(({ seconds, text }) => ({
    id: String(seconds),
    text: endsSession(clock.now + seconds * 1000) ? `${text} (your session ends, too)` : text,
  }));
  return {
    utilities: [
      {
        type: "menu-dropdown",
        text: time,
        iconName: "status-pending",
        ariaLabel: `The server's time is ${time}: move it ahead`,
        title: "Move the server's time ahead",
        items: [...moves, { id: CHOOSE, text: "To a date and time..." }],
        onItemClick: ({ detail: { id } }) => (id === CHOOSE ? setChoosing(true) : advance.move({ Seconds: Number(id) })),
      },
    ],
    dialog: choosing && (
      <Suspense fallback={null}>
        <ClockModal clock={clock} onClose={() => setChoosing(false)} />
      </Suspense>
    ),
  };
}
