import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";

import { useAws } from "../../../aws/hooks";
import { getLogRecord } from "../../../aws/logs";
import { ErrorAlert } from "../../../pieces/ErrorAlert";
import { prettyJson } from "../../../pieces/texts";
import styles from "../events.module.css";

/** All fields of an event, by its pointer. */
export function RecordFields({ pointer }: { pointer: string }) {
  const record = useAws(getLogRecord, { logRecordPointer: pointer });
  if (record.error) return <ErrorAlert error={record.error} />;
  if (!record.data) return <Spinner />;
  return (
    <dl className={styles.fields}>
      {Object.entries(record.data.logRecord ?? {}).map(([name, value]) => (
        <div key={name} className={styles.field}>
          <dt>
            <Box variant="awsui-key-label">{name}</Box>
          </dt>
          <dd className={styles.message}>{name === "@message" ? prettyJson(value.trimEnd()) : value}</dd>
        </div>
      ))}
    </dl>
  );
}
