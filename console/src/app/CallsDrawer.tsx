import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Drawer from "@cloudscape-design/components/drawer";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, useSyncExternalStore } from "react";

import { calls, subscribe } from "../aws/calls";
import { type Language, LANGUAGES, showCall } from "../aws/show-call";
import { CodeBlock } from "../pieces/CodeBlock";
import { copyText } from "../pieces/Copyable";
import { timeText } from "../pieces/texts";

/** Show call: every change that this tab has asked for, as the command line, Python or JavaScript would. */
export default function CallsDrawer() {
  const made = useSyncExternalStore(subscribe, calls);
  const [language, setLanguage] = useState<Language>("cli");
  return (
    <Drawer header={<h2>Calls</h2>}>
      <SpaceBetween size="m">
        <Box color="text-body-secondary">
          What this tab has changed, newest first. <Box variant="code">eval &quot;$(tailrace env)&quot;</Box> points the tools at this
          server.
        </Box>
        <SegmentedControl
          label="Language"
          selectedId={language}
          onChange={({ detail }) => setLanguage(detail.selectedId as Language)}
          options={LANGUAGES}
        />
        {made.length === 0 && <Box>No calls yet. Create, change or delete something, and it is shown here.</Box>}
        {made.map((call, at) => {
          const text = showCall(call, language);
          return (
            <ExpandableSection
              key={`${call.at}-${made.length - at}`}
              defaultExpanded={at === 0}
              headerText={`${call.service}: ${call.operation}`}
              headerDescription={timeText(call.at)}
              headingTagOverride="h3"
            >
              <CodeBlock label={`Call of ${call.operation}`} text={text} />
              <Box margin={{ top: "xs" }}>
                <Button iconName="copy" onClick={() => void copyText(text)}>
                  Copy
                </Button>
              </Box>
            </ExpandableSection>
          );
        })}
      </SpaceBetween>
    </Drawer>
  );
}
