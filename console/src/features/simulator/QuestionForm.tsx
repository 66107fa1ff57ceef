import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAws } from "../../aws/hooks";
import { TokenField } from "../../pieces/TokenField";
import { ContextFields } from "./ContextFields";
import { PrincipalField } from "./PrincipalField";
import type { Question } from "./question";
import { ACTIONS, knownResources } from "./suggestions";

interface Props {
  /** What was asked last. */
  initial: Question;
  busy: boolean;
  onAsk: (question: Question) => void;
}

/** Who asks for what, on what. */
export function QuestionForm({ initial, busy, onAsk }: Props) {
  const [question, setQuestion] = useState(initial);
  const change = (part: Partial<Question>) => setQuestion({ ...question, ...part });
  // Suggestions alone: whoever may not list tables and functions writes their ARNs.
  const known = useAws(knownResources, {});
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              variant="primary"
              loading={busy}
              disabled={!question.principal || question.actions.length === 0}
              onClick={() => onAsk(question)}
            >
              Run simulation
            </Button>
          }
        >
          Request
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ColumnLayout columns={3} minColumnWidth={240}>
          <PrincipalField value={question.principal} onChange={(principal) => change({ principal })} />
          <TokenField
            label="Actions"
            description="Such as dynamodb:GetItem."
            placeholder="Find or write actions"
            value={question.actions}
            onChange={(actions) => change({ actions })}
            options={ACTIONS}
          />
          <TokenField
            label="Resources"
            description="ARNs. Without one it is about all resources."
            placeholder="Find or write ARNs"
            value={question.resources}
            onChange={(resources) => change({ resources })}
            options={(known.data ?? []).map((value) => ({ value }))}
          />
        </ColumnLayout>
        <ContextFields principal={question.principal} value={question.context} onChange={(context) => change({ context })} />
      </SpaceBetween>
    </Container>
  );
}
