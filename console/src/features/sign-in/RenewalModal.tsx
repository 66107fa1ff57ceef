import Box from "@cloudscape-design/components/box";
import { useQueryClient } from "@tanstack/react-query";

import { decline } from "../../aws/renewal";
import type { Session } from "../../aws/session";
import { FormModal } from "../../pieces/FormModal";
import { KeyFields } from "./KeyFields";
import { useSignIn } from "./useSignIn";

/** Signs in again over the page, on which everything stays as it is. */
export default function RenewalModal({ session, name, ended }: { session: Session; name: string; ended: boolean }) {
  const cache = useQueryClient();
  const signing = useSignIn(session.region, () => void cache.invalidateQueries());
  const submit = () => void signing.submit();
  return (
    <FormModal
      title={ended ? "Your session has ended" : "Sign in again"}
      action="Sign in"
      busy={signing.busy}
      error={signing.error}
      onSubmit={submit}
      onClose={decline}
    >
      <div>
        Sign in as <b>{name}</b> of account {session.account}. The page stays as it is, and what waits for the session goes on.
      </div>
      <KeyFields of={signing} onEnter={submit} />
      <Box color="text-body-secondary" fontSize="body-s">
        Or run <code>tailrace console</code> in a terminal: this tab takes the session over from the one that it opens.
      </Box>
    </FormModal>
  );
}
