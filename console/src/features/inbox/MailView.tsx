import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useChange } from "../../aws/hooks";
import { confirmSubscription } from "../../aws/sns";
import type { Mail } from "../../aws/tailrace";
import { timeText } from "../../pieces/texts";
import { confirmation } from "../sns/names";
import styles from "./mail.module.css";

/** One mail, and what it asks for on one click. */
export function MailView({ mail }: { mail: Mail | null }) {
  const confirm = useChange(confirmSubscription, { touches: ["sns", "tailrace"], says: "The subscription is confirmed." });
  const asked = confirmation(mail?.Link ?? "");
  return (
    <section aria-label="Mail">
      <Container
        header={
          <Header
            variant="h2"
            actions={
              mail && (
                <SpaceBetween direction="horizontal" size="xs">
                  {mail.Link && (
                    <Button href={mail.Link} target="_blank" iconName="external" iconAlign="right">
                      Open link
                    </Button>
                  )}
                  {asked && (
                    <Button variant="primary" loading={confirm.isPending} onClick={() => confirm.mutate(asked)}>
                      Confirm subscription
                    </Button>
                  )}
                </SpaceBetween>
              )
            }
          >
            {mail?.Subject ?? "Mail"}
          </Header>
        }
      >
        {mail ? (
          <SpaceBetween size="m">
            <KeyValuePairs
              columns={2}
              items={[
                { label: "To", value: mail.To },
                { label: "Time", value: timeText(mail.Time * 1000) },
              ]}
            />
            <pre className={styles.text} tabIndex={0} aria-label="Text" role="region">
              {mail.Text}
            </pre>
          </SpaceBetween>
        ) : (
          <Box color="text-body-secondary">Choose a mail to read it.</Box>
        )}
      </Container>
    </section>
  );
}
