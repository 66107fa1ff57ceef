import { BackupsTable } from "./BackupsTable";

/** All backups of the region. */
export default function BackupsPage() {
  return <BackupsTable />;
}
