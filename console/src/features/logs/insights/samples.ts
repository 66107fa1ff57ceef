/** Queries to begin with, as AWS's console offers them. */
export const SAMPLES = [
  { value: "latest", label: "20 most recent log events", query: "fields @timestamp, @message, @logStream\n| sort @timestamp desc\n| limit 20" },
  { value: "errors", label: "Errors", query: "fields @timestamp, @message\n| filter @message like /(?i)(error|exception)/\n| sort @timestamp desc\n| limit 20" },
  { value: "count", label: "Number of events per 5 minutes", query: "stats count(*) by bin(5m)" },
  {
    value: "latency",
    label: "Latency statistics of a function per 5 minutes",
    query: 'filter @type = "REPORT"\n| stats avg(@duration), max(@duration), min(@duration) by bin(5m)',
  },
  {
    value: "memory",
    label: "Overprovisioned memory of a function",
    query:
      'filter @type = "REPORT"\n| stats max(@memorySize / 1000 / 1000) as provisionedMemoryMB,\n    max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB,\n    provisionedMemoryMB - maxMemoryUsedMB as overProvisionedMB',
  },
  { value: "slow", label: "Most expensive requests", query: 'filter @type = "REPORT"\n| fields @requestId, @billedDuration\n| sort @billedDuration desc\n| limit 20' },
];

export const FIRST_QUERY = SAMPLES[0]?.query ?? "";
