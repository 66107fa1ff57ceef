import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { to } from "../../../app/paths";
import { isoText, prettyJson } from "../../../pieces/texts";
import styles from "../events.module.css";
import { RunLink } from "../RunLink";
import type { Line } from "./live-tail";

/** All of one line, and where it comes from. */
export function LineDetails({ line, onClose }: { line: Line; onClose: () => void }) {
  const close = <Button variant="icon" iconName="close" ariaLabel="Close details" onClick={onClose} />;
  return (
    <section aria-label="Log event">
      <Container
        header={
          <Header variant="h3" actions={close} description={isoText(line.timestamp)}>
            Log event
          </Header>
        }
      >
        <SpaceBetween size="s">
          <pre className={styles.message}>{prettyJson(line.message.trimEnd())}</pre>
          <div>
            Log stream <Link href={to.logStream(line.group, line.stream)}>{line.stream}</Link>
          </div>
          <RunLink message={line.message} />
        </SpaceBetween>
      </Container>
    </section>
  );
}
