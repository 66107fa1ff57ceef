import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { deleteTable, describeTable } from "../../aws/dynamodb";
import { useAws, useChange } from "../../aws/hooks";
import { DeleteModal } from "../../pieces/DeleteModal";
import { DetailPage } from "../../pieces/DetailPage";
import { RefreshButton } from "../../pieces/RefreshButton";
import { useDeletion } from "../../pieces/useDeletion";
import { TABS } from "./tabs";

/** One table. */
export default function TablePage() {
  const { table: name = "" } = useParams();
  const deletion = useDeletion(to.tables());
  const answer = useAws(describeTable, { TableName: name }, { every: (found) => (found?.Table?.TableStatus === "ACTIVE" ? false : 1_000) });
  return (
    <DetailPage
      what="table"
      name={name}
      back={{ text: "Tables", href: to.tables() }}
      query={answer}
      found={answer.data?.Table}
      actions={() => (
        <>
          <RefreshButton of={answer} />
          <ButtonDropdown
            items={[
              { id: "create-item", text: "Create item", href: to.createItem(name) },
              { id: "create-trigger", text: "Create trigger", href: to.createTrigger(name) },
              { id: "delete", text: "Delete table" },
            ]}
            onItemClick={({ detail }) => {
              if (detail.id === "delete") deletion.ask();
            }}
          >
            Actions
          </ButtonDropdown>
          <Button variant="primary" href={to.items(name)}>
            Explore table items
          </Button>
        </>
      )}
      tabs={(table) => TABS.map(({ Content, ...tab }) => ({ ...tab, content: <Content table={table} /> }))}
    >
      {() => deletion.asking && <DeleteTable name={name} onClose={deletion.close} />}
    </DetailPage>
  );
}

function DeleteTable({ name, onClose }: { name: string; onClose: (done: boolean) => void }) {
  const remove = useChange(deleteTable, { says: `The deletion of ${name} has begun.`, ownError: true });
  return (
    <DeleteModal
      title="Delete table"
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate({ TableName: name }, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{name}</b> and all its items will be deleted for good.
    </DeleteModal>
  );
}
