import type { TabProps } from "../tables/tabs";
import { Monitor } from "./Monitor";
import { tableGraphs } from "./table-graphs";

/** What CloudWatch has measured of the table. */
export default function TableMonitorTab({ table }: TabProps) {
  return <Monitor graphs={tableGraphs(table)} />;
}
