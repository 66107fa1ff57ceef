import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { confirmSubscription } from "../../aws/sns";
import { FormModal } from "../../pieces/FormModal";
import { confirmation } from "./names";

/** Confirm a subscription by the link, or the token alone, that its endpoint was sent. */
export function ConfirmModal({ topic, onClose }: { topic: string; onClose: () => void }) {
  const [text, setText] = useState("");
  const confirm = useChange(confirmSubscription, { says: "The subscription is confirmed.", ownError: true });
  const submit = () =>
    confirm.mutate({ TopicArn: topic, ...(confirmation(text) ?? { Token: text.trim() }) }, { onSuccess: onClose });
  return (
    <FormModal
      title="Confirm subscription"
      action="Confirm subscription"
      busy={confirm.isPending}
      error={confirm.error}
      disabled={!text.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
      <div>
        On a server that sends no mail, the link is in the <Link href={to.inbox()}>inbox</Link>, where one click confirms it.
      </div>
      <FormField label="Subscription confirmation URL" description="The link in the message that the endpoint got, or its Token.">
        <Input value={text} onChange={({ detail }) => setText(detail.value)} spellcheck={false} />
      </FormField>
    </FormModal>
  );
}
