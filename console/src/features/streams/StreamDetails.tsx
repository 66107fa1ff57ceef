import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";

import { to } from "../../app/paths";
import { Copyable } from "../../pieces/Copyable";
import { TurnOffModal } from "./TurnOffModal";
import { VIEW_TYPES } from "./view-types";

/** Whether the stream is on, what its records tell, and its ARN. */
export function StreamDetails({ table }: { table: TableDescription }) {
  const [turningOff, setTurningOff] = useState(false);
  const name = table.TableName ?? "";
  const on = Boolean(table.StreamSpecification?.StreamEnabled);
  const view = VIEW_TYPES.find((type) => type.value === table.StreamSpecification?.StreamViewType);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Captures item-level changes of the table, and keeps them for 24 hours."
          actions={
            on ? (
              <Button ariaLabel="Turn off DynamoDB stream" onClick={() => setTurningOff(true)}>
                Turn off
              </Button>
            ) : (
              <Button ariaLabel="Turn on DynamoDB stream" href={to.turnOnStream(name)}>
                Turn on
              </Button>
            )
          }
        >
          DynamoDB stream details
        </Header>
      }
    >
      <KeyValuePairs
        columns={on ? 3 : 1}
        items={[
          {
            label: "Stream status",
            value: <StatusIndicator type={on ? "success" : "stopped"}>{on ? "On" : "Off"}</StatusIndicator>,
          },
          ...(on
            ? [
                { label: "View type", value: view?.label ?? "-" },
                { label: "Latest stream ARN", value: <Copyable text={table.LatestStreamArn ?? ""} what="stream ARN" /> },
              ]
            : []),
        ]}
      />
      {turningOff && <TurnOffModal table={name} onClose={() => setTurningOff(false)} />}
    </Container>
  );
}
