import { useState } from "react";

import { useAws, useSteps } from "../../aws/hooks";
import { getSubscriptionAttributes, setSubscriptionAttributes } from "../../aws/sns";
import { FormModal } from "../../pieces/FormModal";
import { Loading } from "../../pieces/Loading";
import { prettyJson } from "../../pieces/texts";
import { type Delivery, deliveryAttributes, FilterFields } from "./FilterFields";

const RAW = new Set(["sqs", "http", "https"]);

/** Change which messages a subscription gets, and in what form. */
export function SubscriptionModal({ arn, onClose }: { arn: string; onClose: () => void }) {
  const answer = useAws(getSubscriptionAttributes, { SubscriptionArn: arn });
  const [edited, setEdited] = useState<Delivery | null>(null);
  const attributes = answer.data?.Attributes;
  const current: Delivery = {
    raw: attributes?.RawMessageDelivery === "true",
    filter: attributes?.FilterPolicy ? prettyJson(attributes.FilterPolicy) : "",
    scope: attributes?.FilterPolicyScope ?? "MessageAttributes",
  };
  const save = useSteps<Delivery, undefined>(
    async (wanted, step) => {
      const before = deliveryAttributes(current);
      for (const [AttributeName, AttributeValue] of Object.entries(deliveryAttributes(wanted))) {
        if (before[AttributeName] === AttributeValue) continue;
        await step(setSubscriptionAttributes, { SubscriptionArn: arn, AttributeName, AttributeValue });
      }
      return undefined;
    },
    { touches: ["sns"], says: "The subscription has been changed.", ownError: true },
  );
  const value = edited ?? current;
  return (
    <FormModal
      title="Edit subscription"
      action="Save changes"
      busy={save.isPending}
      error={answer.error ?? save.error}
      disabled={!attributes}
      onSubmit={() => save.mutate(value, { onSuccess: onClose })}
      onClose={onClose}
    >
      {attributes ? (
        <FilterFields value={value} onChange={setEdited} canBeRaw={RAW.has(attributes.Protocol ?? "")} />
      ) : (
        <Loading />
      )}
    </FormModal>
  );
}
