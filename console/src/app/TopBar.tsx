import TopNavigation from "@cloudscape-design/components/top-navigation";
import { Mode } from "@cloudscape-design/global-styles";
import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useLocation, useNavigate } from "react-router";

import { isReadOnly, setReadOnly, subscribe as subscribeToReadOnly } from "../aws/read-only";
import { keep, nameOf, type Session } from "../aws/session";
import { useClockMenu } from "./clock-menu";
import { to } from "./paths";
import { withRegion } from "./region";
import { SearchBox } from "./SearchBox";
import { choose, mode, subscribe } from "./theme";

const REGIONS = [
  ["us-east-1", "US East (N. Virginia)"],
  ["us-east-2", "US East (Ohio)"],
  ["us-west-1", "US West (N. California)"],
  ["us-west-2", "US West (Oregon)"],
  ["ap-south-1", "Asia Pacific (Mumbai)"],
  ["ap-northeast-1", "Asia Pacific (Tokyo)"],
  ["ap-southeast-1", "Asia Pacific (Singapore)"],
  ["ap-southeast-2", "Asia Pacific (Sydney)"],
  ["ca-central-1", "Canada (Central)"],
  ["eu-central-1", "Europe (Frankfurt)"],
  ["eu-west-1", "Europe (Ireland)"],
  ["eu-west-2", "Europe (London)"],
  ["eu-north-1", "Europe (Stockholm)"],
  ["sa-east-1", "South America (São Paulo)"],
] as const;

/** Light or dark, the region, and who is signed in. */
export function TopBar({ session }: { session: Session }) {
  const cache = useQueryClient();
  const shown = useSyncExternalStore(subscribe, mode);
  const readOnly = useSyncExternalStore(subscribeToReadOnly, isReadOnly);
  const clock = useClockMenu();
  const dark = shown === Mode.Dark;
  const navigate = useNavigate();
  const { search } = useLocation();
  const leave = () => {
    keep(null);
    cache.clear();
  };
  const bar = (
    <TopNavigation
      identity={{ href: to.home(), title: "Tailrace", logo: { src: "/console/icon.svg", alt: "" } }}
      search={<SearchBox />}
      utilities={[
        ...clock.utilities,
        {
          type: "button",
          text: dark ? "Light" : "Dark",
          iconName: dark ? "star-filled" : "star",
          ariaLabel: dark ? "Change to light mode" : "Change to dark mode",
          disableUtilityCollapse: true,
          onClick: () => choose(dark ? Mode.Light : Mode.Dark),
        },
        {
          type: "button",
          text: readOnly ? "Read-only" : "Read and write",
          iconName: readOnly ? "lock-private" : "unlocked",
          ariaLabel: readOnly ? "Read-only: allow changes in this tab" : "Read and write: make this tab read-only",
          onClick: () => setReadOnly(!readOnly),
        },
        {
          type: "menu-dropdown",
          text: session.region,
          ariaLabel: `Region ${session.region}`,
          items: REGIONS.map(([id, name]) => ({ id, text: `${name} ${id}` })),
          onItemClick: ({ detail }) => void navigate({ search: withRegion(search, detail.id) }),
        },
        {
          type: "menu-dropdown",
          text: nameOf(session.arn),
          description: `Account ${session.account}`,
          iconName: "user-profile",
          ariaLabel: `Signed in as ${nameOf(session.arn)}`,
          items: [{ id: "sign-out", text: "Sign out" }],
          onItemClick: leave,
        },
      ]}
      i18nStrings={{
        searchIconAriaLabel: "Search",
        searchDismissIconAriaLabel: "Close search",
        overflowMenuTriggerText: "More",
        overflowMenuTitleText: "All",
      }}
    />
  );
  return (
    <>
      {bar}
      {clock.dialog}
    </>
  );
}
