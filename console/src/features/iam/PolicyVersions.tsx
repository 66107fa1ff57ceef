import type { PolicyVersion } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws, useChange } from "../../aws/hooks";
import { getPolicyVersion } from "../../aws/iam";
import { deletePolicyVersion, listPolicyVersions, setDefaultPolicyVersion } from "../../aws/iam-users";
import { CodeBlock } from "../../pieces/CodeBlock";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { ResourceTable } from "../../pieces/ResourceTable";
import { prettyJson } from "../../pieces/texts";
import { isAws, VERSION_COLUMNS } from "./user-columns";

/** The versions of a policy, and what the chosen one says; at first it is the one in force. */
export function PolicyVersions({ arn: PolicyArn }: { arn: string }) {
  const versions = useAws(listPolicyVersions, { PolicyArn });
  const [selected, setSelected] = useState<PolicyVersion[]>([]);
  const inForce = versions.data?.find((version) => version.IsDefaultVersion);
  const chosen = versions.data?.find((version) => version.VersionId === selected[0]?.VersionId);
  const VersionId = (chosen ?? inForce)?.VersionId;
  const shown = useAws(getPolicyVersion, VersionId ? { PolicyArn, VersionId } : null);
  const text = decodeURIComponent(shown.data?.PolicyVersion?.Document ?? "");
  const setDefault = useChange(setDefaultPolicyVersion, { says: `Version ${VersionId} is in force.` });
  const remove = useChange(deletePolicyVersion, { says: `Version ${VersionId} was deleted.` });
  const fixed = isAws(PolicyArn);
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={shown.error} />
      <Container
        header={
          <Header variant="h2" actions={!fixed && <Button href={to.editPolicy(PolicyArn)}>Edit</Button>}>
            Permissions defined in version {VersionId}
          </Header>
        }
      >
        <CodeBlock label="Policy document" text={prettyJson(text)} />
      </Container>
      <ResourceTable
        variant="container"
        query={versions}
        columns={VERSION_COLUMNS}
        title="Versions"
        what="versions"
        trackBy="VersionId"
        description="Five at most are kept; the default one is in force."
        selection={{ selected, onSelect: setSelected, type: "single" }}
        actions={
          !fixed && (
            <>
              <Button
                disabled={!chosen || chosen.IsDefaultVersion}
                loading={remove.isPending}
                onClick={() => remove.mutate({ PolicyArn, VersionId }, { onSuccess: () => setSelected([]) })}
              >
                Delete
              </Button>
              <Button
                disabled={!chosen || chosen.IsDefaultVersion}
                loading={setDefault.isPending}
                onClick={() => setDefault.mutate({ PolicyArn, VersionId })}
              >
                Set as default
              </Button>
            </>
          )
        }
      />
    </SpaceBetween>
  );
}
