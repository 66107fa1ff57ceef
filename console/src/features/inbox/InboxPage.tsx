import Box from "@cloudscape-design/components/box";
import Grid from "@cloudscape-design/components/grid";
import { useSearchParams } from "react-router";

import { BASE } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import type { Operation } from "../../aws/operation";
import { listMails, type Mail } from "../../aws/tailrace";
import { ResourceTable } from "../../pieces/ResourceTable";
import { mailColumns } from "./columns";
import { MailView } from "./MailView";

const POLL_MS = 3_000;

const latestMails: Operation<object, Mail[]> = {
  ...listMails,
  send: async (_input, signal) => (await listMails.send({}, signal)).Mails,
};

/** The mails that topics have sent on a server that was given no mail server: the latest hundred. */
export default function InboxPage() {
  const [parameters] = useSearchParams();
  const open = parameters.get("mail") ?? "";
  const mails = useAws(latestMails, {}, { every: POLL_MS });
  const mail = mails.data?.find((each) => each.MailId === open) ?? null;
  const address = (to: Mail) => {
    const after = new URLSearchParams(parameters);
    after.set("mail", to.MailId);
    return `${BASE}/inbox?${after}`;
  };
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, s: 7 } }, { colspan: { default: 12, s: 5 } }]}>
      <ResourceTable
        query={mails}
        columns={mailColumns(open, address)}
        title="Inbox"
        description="Mails of topics, kept here while the server has no mail server (--smtp) to send them with."
        what="mails"
        trackBy="MailId"
        wrapLines
        empty={<Box>No mails. Subscribe an address to a topic, and its confirmation comes here.</Box>}
      />
      <MailView mail={mail} />
    </Grid>
  );
}
