import type { PartProps } from "../functions/tabs";
import { functionGraphs } from "./function-graphs";
import { Monitor } from "./Monitor";

/** What CloudWatch has measured of the function. */
export default function FunctionMonitorTab({ configuration }: PartProps) {
  return <Monitor graphs={functionGraphs(configuration)} />;
}
