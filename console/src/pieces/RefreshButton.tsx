import Button from "@cloudscape-design/components/button";

interface Refreshed {
  isFetching: boolean;
  refetch: () => unknown;
}

/** Asks one or several queries anew. */
export function RefreshButton({ of }: { of: Refreshed | Refreshed[] }) {
  const queries = Array.isArray(of) ? of : [of];
  return (
    <Button
      iconName="refresh"
      ariaLabel="Refresh"
      loading={queries.some((query) => query.isFetching)}
      onClick={() => queries.forEach((query) => query.refetch())}
    />
  );
}
