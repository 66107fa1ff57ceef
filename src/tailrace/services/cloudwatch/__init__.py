"""CloudWatch's metrics: what the services measure of themselves, and what others publish.

```
PutMetricData ──> store.metrics <── workers.metrics, what the node has counted
ListMetrics, GetMetricStatistics, GetMetricData <── windows (which minutes) · statistics (what of them)
```
Everything is kept by the minute, for fifteen days. Statistics are worked out when they are asked for; of percentiles a
minute keeps how many values fell into each of many narrow buckets. The rejected alternative, every value as it came, is
what alarms on single events would need, and grows with the traffic.
"""

from tailrace.services.cloudwatch import data, listing, publishing, refused, statistics_of_one

__all__ = ["data", "listing", "publishing", "refused", "statistics_of_one"]
