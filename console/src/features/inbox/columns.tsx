import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";

import type { Mail } from "../../aws/tailrace";
import { timeText } from "../../pieces/texts";

/** The mails; a subject is the link to the mail, the one that is open in bold. */
export function mailColumns(open: string, address: (mail: Mail) => string): TableProps.ColumnDefinition<Mail>[] {
  return [
    {
      id: "subject",
      header: "Subject",
      isRowHeader: true,
      sortingField: "Subject",
      cell: (mail) => (
        <Box fontWeight={mail.MailId === open ? "bold" : "normal"}>
          <Link href={address(mail)}>{mail.Subject}</Link>
        </Box>
      ),
    },
    { id: "to", header: "To", sortingField: "To", cell: (mail) => mail.To },
    { id: "time", header: "Time", sortingField: "Time", cell: (mail) => timeText(mail.Time * 1000) },
  ];
}
