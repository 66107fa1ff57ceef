/**
 * The region stands in the address, as AWS's console has it (`?region=eu-west-1`): a link shows what its sender saw.
 *
 * A navigation to an address that names another region changes the session's; where an address names none, the
 * session's is put there. That goes past the router, which would take it for somebody's leaving of the page.
 */

import { keep, session, subscribe } from "../aws/session";

const PARAMETER = "region";
const REGION = /^[a-z0-9-]{1,32}$/;

/** The region that the parameters of an address name; null where they name none. */
export function regionOf(search: string): string | null {
  const named = new URLSearchParams(search).get(PARAMETER) ?? "";
  return REGION.test(named) ? named : null;
}

/** The parameters of an address with another region in them. */
export function withRegion(search: string, region: string): string {
  const parameters = new URLSearchParams(search);
  parameters.set(PARAMETER, region);
  return `?${parameters.toString()}`;
}

/** Take over the region of the address, where it names one. Returns whether it is another than before. */
export function adoptRegion(search: string): boolean {
  const current = session();
  const named = regionOf(search);
  const differs = current !== null && named !== null && named !== current.region;
  if (differs) keep({ ...current, region: named });
  showRegion();
  return differs;
}

interface Followed {
  subscribe: (listener: (state: { location: { search: string }; navigation: { state: string }; historyAction: string }) => void) => unknown;
}

/** Keep address and session of one region; `onChange` is called when a navigation has led to another one. */
export function followRegion(router: Followed, onChange: () => void): void {
  router.subscribe(({ location, navigation, historyAction }) => {
    if (navigation.state !== "idle") return;
    // What a page replaces of its own address may have the region of before.
    if (historyAction === "REPLACE") showRegion();
    else if (adoptRegion(location.search)) onChange();
  });
  subscribe(showRegion);
}

function showRegion(): void {
  const { pathname, search, hash } = window.location;
  const region = session()?.region;
  if (!region || regionOf(search) === region) return;
  window.history.replaceState(window.history.state, "", pathname + withRegion(search, region) + hash);
}
