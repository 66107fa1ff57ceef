/** Time travel: the server's clock in the top bar, where the server was started with --movable-clock. */

import type { TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useQueryClient } from "@tanstack/react-query";

import { health } from "../aws/health";
import { useAws, useChange } from "../aws/hooks";
import { session } from "../aws/session";
import { advanceClock } from "../aws/tailrace";

const POLL_MS = 30_000;
const MOVES = [
  { seconds: 60, text: "1 minute ahead" },
  { seconds: 300, text: "5 minutes ahead" },
  { seconds: 3_600, text: "1 hour ahead" },
  { seconds: 4 * 3_600, text: "4 hours ahead" },
  { seconds: 86_400, text: "1 day ahead" },
  { seconds: 7 * 86_400, text: "7 days ahead" },
  { seconds: 30 * 86_400, text: "30 days ahead" },
];
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** The control that shows and advances the server's time; none where its clock can't be moved. */
export function useClockMenu(): TopNavigationProps.MenuDropdownUtility[] {
  const cache = useQueryClient();
  const server = useAws(health, {}, { every: POLL_MS });
  const advance = useChange(advanceClock, {
    says: ({ Time }) => `The server's time is ${DAY.format(Time * 1000)}. What waited for it happens now.`,
  });
  const clock = server.data?.clock;
  if (!clock?.movable) return [];
  const now = server.dataUpdatedAt + clock.ahead_seconds * 1000;
  const time = DAY.format(now);
  const ends = session()?.expiration ?? Infinity;
  return [
    {
      type: "menu-dropdown",
      text: time,
      iconName: "status-pending",
      ariaLabel: `The server's time is ${time}: move it ahead`,
      title: "Move the server's time ahead",
      items: MOVES.map(({ seconds, text }) => ({
        id: String(seconds),
        text: now + seconds * 1000 > ends ? `${text} (your session ends, too)` : text,
      })),
      onItemClick: ({ detail }) => {
        // Whatever a page shows may be another one at another time.
        advance.mutate({ Seconds: Number(detail.id) }, { onSuccess: () => void cache.invalidateQueries() });
      },
    },
  ];
}
