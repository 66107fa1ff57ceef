import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { updateTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";

/** Whether the table refuses to be deleted. */
export function DeletionProtection({ table }: { table: TableDescription }) {
  const on = Boolean(table.DeletionProtectionEnabled);
  const update = useChange(updateTable, { says: `Deletion protection is ${on ? "off" : "on"}.` });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Keeps the table from being deleted by mistake."
          actions={
            <Button
              ariaLabel={`${on ? "Turn off" : "Turn on"} deletion protection`}
              loading={update.isPending}
              onClick={() => update.mutate({ TableName: table.TableName, DeletionProtectionEnabled: !on })}
            >
              {on ? "Turn off" : "Turn on"}
            </Button>
          }
        >
          Deletion protection
        </Header>
      }
    >
      <StatusIndicator type={on ? "success" : "stopped"}>{on ? "On" : "Off"}</StatusIndicator>
    </Container>
  );
}
