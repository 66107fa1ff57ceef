import SpaceBetween from "@cloudscape-design/components/space-between";

import { useChange } from "../../aws/hooks";
import { setTopicAttributes } from "../../aws/sns";
import { PolicyPanel } from "../../pieces/PolicyPanel";

interface Props {
  topic: string;
  attributes: Record<string, string>;
}

const DELIVERY = JSON.stringify({ http: { defaultHealthyRetryPolicy: { numRetries: 3, minDelayTarget: 20, maxDelayTarget: 20 } } });

/** Who may use the topic, and how often a delivery over HTTP is tried. */
export function TopicPolicyTab({ topic, attributes }: Props) {
  const access = useChange(setTopicAttributes, { says: "The access policy has been saved.", ownError: true });
  const delivery = useChange(setTopicAttributes, { says: "The delivery policy has been saved.", ownError: true });
  const save = (change: typeof access, AttributeName: string) => (AttributeValue: string, onSuccess: () => void) =>
    change.mutate({ TopicArn: topic, AttributeName, AttributeValue }, { onSuccess });
  return (
    <SpaceBetween size="m">
      <PolicyPanel
        title="Access policy"
        description="Who, of other accounts and services too, may publish and subscribe."
        value={attributes.Policy ?? ""}
        template="{}"
        busy={access.isPending}
        error={access.error}
        onSave={save(access, "Policy")}
      />
      <PolicyPanel
        title="Delivery policy"
        description="How often a delivery over HTTP(S) is tried again."
        value={attributes.DeliveryPolicy ?? ""}
        template={DELIVERY}
        busy={delivery.isPending}
        error={delivery.error}
        onSave={save(delivery, "DeliveryPolicy")}
        removable
      />
    </SpaceBetween>
  );
}
