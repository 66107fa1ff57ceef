import Button from "@cloudscape-design/components/button";
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { lazy, Suspense, useSyncExternalStore } from "react";

import { askForRenewal, isAsking, subscribe as subscribeToRenewal } from "../aws/renewal";
import { nameOf, type Session } from "../aws/session";
import { CALLS_DRAWER, openDrawer } from "./drawers";
import { dismiss, flashes, subscribe } from "./flashes";
import { endingText, useEnding } from "./session-time";

const RenewalModal = lazy(() => import("../features/sign-in/RenewalModal"));

/** The flash bar: the outcome of changes, and a warning before the session ends, with the sign-in that renews it. */
export function Notifications({ session }: { session: Session }) {
  const shown = useSyncExternalStore(subscribe, flashes);
  const asking = useSyncExternalStore(subscribeToRenewal, isAsking);
  const left = useEnding(session);
  const ending: FlashbarProps.MessageDefinition[] =
    left === null ? [] : [{ id: "session", type: "warning", content: endingText(left), action: <Button onClick={askForRenewal}>Sign in again</Button> }];
  return (
    <>
      <Flashbar
        items={[
          ...ending,
          ...shown.map(({ showsCall, ...message }) => ({
            ...message,
            ...(showsCall ? { action: <Button onClick={() => openDrawer(CALLS_DRAWER)}>Show call</Button> } : {}),
            dismissible: true,
            dismissLabel: "Dismiss message",
            onDismiss: () => dismiss(message.id),
          })),
        ]}
        i18nStrings={{ ariaLabel: "Notifications" }}
      />
      {asking && (
        <Suspense>
          <RenewalModal session={session} name={nameOf(session.arn)} ended={left === null || left <= 0} />
        </Suspense>
      )}
    </>
  );
}
