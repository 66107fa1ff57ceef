import ButtonDropdown from "@cloudscape-design/components/button-dropdown";

import { timeText } from "../../../pieces/texts";
import type { AskedQuery } from "./asked-queries";

const FORGET = "forget";

interface Props {
  asked: AskedQuery[];
  onChoose: (asked: AskedQuery) => void;
  onForget: () => void;
}

/** What was asked before, to be asked again. */
export function QueryHistory({ asked, onChoose, onForget }: Props) {
  return (
    <ButtonDropdown
      disabled={!asked.length}
      items={[
        ...asked.map(({ query, groups, at }, place) => ({
          id: String(place),
          text: query.replaceAll(/\s+/g, " ").trim(),
          secondaryText: `${timeText(at)} · ${groups.join(", ")}`,
        })),
        { id: FORGET, text: "Clear history", iconName: "remove" as const },
      ]}
      onItemClick={({ detail }) => {
        const chosen = asked[Number(detail.id)];
        if (detail.id === FORGET) onForget();
        else if (chosen) onChoose(chosen);
      }}
    >
      History
    </ButtonDropdown>
  );
}
