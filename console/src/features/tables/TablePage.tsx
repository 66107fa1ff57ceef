import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { Suspense, useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { deleteTable, describeTable } from "../../aws/dynamodb";
import { isMissing } from "../../aws/errors";
import { useAws, useChange } from "../../aws/hooks";
import { DeleteModal } from "../../pieces/DeleteModal";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { RefreshButton } from "../../pieces/RefreshButton";
import { useParameter } from "../../pieces/useParameter";
import { TABS } from "./tabs";

/** One table. */
export default function TablePage() {
  const { table: name = "" } = useParams();
  const [tab, setTab] = useParameter("tab", "overview");
  const [deleting, setDeleting] = useState(false);
  const answer = useAws(describeTable, { TableName: name }, { every: (found) => (found?.Table?.TableStatus === "ACTIVE" ? false : 1_000) });
  const table = answer.data?.Table;
  if (isMissing(answer.error)) return <NotFound what="table" name={name} back={{ text: "Tables", href: to.tables() }} />;
  if (!table) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton of={answer} />
            <ButtonDropdown
              items={[
                { id: "create-item", text: "Create item", href: to.createItem(name) },
                { id: "create-trigger", text: "Create trigger", href: to.createTrigger(name) },
                { id: "delete", text: "Delete table" },
              ]}
              onItemClick={({ detail }) => {
                if (detail.id === "delete") setDeleting(true);
              }}
            >
              Actions
            </ButtonDropdown>
            <Button variant="primary" href={to.items(name)}>
              Explore table items
            </Button>
          </SpaceBetween>
        }
      >
        {name}
      </Header>
      <Tabs
        ariaLabel={`Table ${name}`}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={TABS.map(({ id, label, Content }) => ({
          id,
          label,
          content: (
            <Suspense fallback={<Loading />}>
              <Content table={table} />
            </Suspense>
          ),
        }))}
      />
      {deleting && <DeleteTable name={name} onClose={() => setDeleting(false)} />}
    </SpaceBetween>
  );
}

function DeleteTable({ name, onClose }: { name: string; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = useChange(deleteTable, { says: `The deletion of ${name} has begun.`, ownError: true });
  return (
    <DeleteModal
      title="Delete table"
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate({ TableName: name }, { onSuccess: () => void navigate(to.tables()) })}
      onClose={onClose}
    >
      <b>{name}</b> and all its items will be deleted for good.
    </DeleteModal>
  );
}
