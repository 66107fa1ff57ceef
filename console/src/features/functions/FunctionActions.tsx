import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { DeleteFunctions } from "./FunctionsPage";
import { AliasModal } from "./versions/AliasModal";
import { DeleteQualifier } from "./versions/DeleteQualifier";
import { PublishVersionModal } from "./versions/PublishVersionModal";
import { qualified } from "./versions/routing";

interface Props {
  functionName: string;
  /** The version or alias that the page is of. */
  qualifier: string | undefined;
}

/** What can be done with a function, or with the version or alias that its page shows. */
export function FunctionActions({ functionName, qualifier }: Props) {
  const navigate = useNavigate();
  const [dialog, setDialog] = useState("");
  const close = () => setDialog("");
  const kind = qualified(qualifier);
  const createAlias = { id: "alias", text: "Create alias" };
  const items: Record<typeof kind, ButtonDropdownProps.Items> = {
    function: [{ id: "publish", text: "Publish new version" }, createAlias, { id: "delete", text: "Delete function" }],
    version: [createAlias, { id: "delete", text: "Delete version" }],
    alias: [{ id: "delete", text: "Delete alias" }],
  };
  return (
    <>
      <ButtonDropdown items={items[kind]} onItemClick={({ detail }) => setDialog(detail.id)}>
        Actions
      </ButtonDropdown>
      {dialog === "publish" && <PublishVersionModal functionName={functionName} onClose={close} />}
      {dialog === "alias" && <AliasModal functionName={functionName} {...(qualifier ? { version: qualifier } : {})} onClose={close} />}
      {dialog === "delete" && !qualifier && (
        <DeleteFunctions
          names={[functionName]}
          onClose={(done) => {
            close();
            if (done) void navigate(to.functions());
          }}
        />
      )}
      {dialog === "delete" && qualifier && (
        <DeleteQualifier
          leaves
          functionName={functionName}
          qualifier={qualifier}
          onClose={(done) => {
            close();
            if (done) void navigate(to.function(functionName, { tab: kind === "alias" ? "aliases" : "versions" }));
          }}
        />
      )}
    </>
  );
}
