"""Operations that Tailrace does not have, answered clearly instead of with an unknown operation."""

from __future__ import annotations

from tailrace.operation import anything, refuse

WHY = {
    "there are no alarms": (
        *("DeleteAlarmMuteRule", "DeleteAlarms", "DescribeAlarmContributors", "DescribeAlarmHistory"),
        *("DescribeAlarms", "DescribeAlarmsForMetric", "DisableAlarmActions", "EnableAlarmActions"),
        *("GetAlarmMuteRule", "ListAlarmMuteRules", "PutAlarmMuteRule", "PutCompositeAlarm", "PutLogAlarm"),
        *("PutMetricAlarm", "SetAlarmState"),
    ),
    "there are no anomaly detectors": ("DeleteAnomalyDetector", "DescribeAnomalyDetectors", "PutAnomalyDetector"),
    "there are no dashboards": ("DeleteDashboards", "GetDashboard", "ListDashboards", "PutDashboard"),
    "rules are made by UpdateContributorInsights alone, and read in the console": (
        *("DeleteInsightRules", "DescribeInsightRules", "DisableInsightRules", "EnableInsightRules"),
        *("GetInsightRuleReport", "ListManagedInsightRules", "PutInsightRule", "PutManagedInsightRules"),
    ),
    "there are no metric streams": (
        *("DeleteMetricStream", "GetMetricStream", "ListMetricStreams", "PutMetricStream", "StartMetricStreams"),
        "StopMetricStreams",
    ),
    "there are no stored queries": (
        *("DeleteMetricDataQueryDefinition", "GetMetricDataQueryDefinition", "ListMetricDataQueryDefinitions"),
        "PutMetricDataQueryDefinition",
    ),
    "it draws no pictures": ("GetMetricWidgetImage",),
    "metrics are not sealed with keys of KMS": ("AssociateDatasetKmsKey", "DisassociateDatasetKmsKey", "GetDataset"),
    "it takes no metrics of OpenTelemetry": (
        *("GetOTelEnrichment", "StartOTelEnrichment", "StopOTelEnrichment", "UpdateOTelEnrichment"),
    ),
    "all resources have the same metrics": (
        *("CreateResourceMetricsConfiguration", "DeleteResourceMetricsConfiguration"),
        *("GetResourceMetricsConfiguration", "UpdateResourceMetricsConfiguration"),
    ),
    "there is nothing here that could have tags": ("ListTagsForResource", "TagResource", "UntagResource"),
}

for _why, _names in WHY.items():
    for _name in _names:
        refuse("cloudwatch", _name, _why, needs=f"cloudwatch:{_name}", on=anything)
