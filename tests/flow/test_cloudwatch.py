"""CloudWatch's metrics over the wire: boto3, its three protocols, paging, what is refused and what IAM says."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import cbor2
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.conftest import RunningServer
from tests.flow.functions import unique

HOUR = timedelta(hours=1)
CBOR = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}


def cloudwatch(server: RunningServer) -> Any:
    return server.client("cloudwatch")


def refusal(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def sent(server: RunningServer, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """A signed request, as it is."""
    request = AWSRequest("POST", server.endpoint + path, headers, body)
    credentials = Credentials(server.access_key, server.secret_key)
    SigV4Auth(credentials, "monitoring", "us-east-1").add_auth(request)
    try:
        answer = urllib.request.urlopen(urllib.request.Request(request.url, body, dict(request.headers)))  # noqa: S310
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def named(namespace: str, name: str = "m", **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"Namespace": namespace, "MetricName": name, "StartTime": now - HOUR, "EndTime": now + HOUR, **more}


def test_what_is_published_is_there_when_it_was_answered(server: RunningServer) -> None:
    client, namespace = cloudwatch(server), unique("My/App")
    by_host = [{"Name": "Host", "Value": "a"}]
    moment = datetime.now(UTC) - timedelta(minutes=10)
    data = [
        {"MetricName": "m", "Value": 3, "Unit": "Seconds", "Timestamp": moment},
        {"MetricName": "m", "Values": [1, 2], "Counts": [4, 6], "Unit": "Seconds", "Timestamp": moment},
        {"MetricName": "m", "Value": 7, "Dimensions": by_host, "Timestamp": moment},
        {
            "MetricName": "n",
            "StatisticValues": {"SampleCount": 3, "Sum": 9, "Minimum": 1, "Maximum": 5},
            "Timestamp": moment,
        },
    ]
    client.put_metric_data(Namespace=namespace, MetricData=data)
    every = ["SampleCount", "Sum", "Minimum", "Maximum", "Average"]
    [point] = client.get_metric_statistics(**named(namespace, Period=60, Statistics=every))["Datapoints"]
    assert {name: point[name] for name in every} == {
        "SampleCount": 11,
        "Sum": 19,
        "Minimum": 1,
        "Maximum": 3,
        "Average": pytest.approx(19 / 11),
    }
    assert point["Unit"] == "Seconds"
    assert point["Timestamp"] == moment.replace(second=0, microsecond=0)
    assert (
        client.get_metric_statistics(**named(namespace, Period=60, Statistics=every, Unit="Bytes"))["Datapoints"] == []
    )
    [point] = client.get_metric_statistics(**named(namespace, Period=60, ExtendedStatistics=["p50", "p99.9"]))[
        "Datapoints"
    ]
    assert point["ExtendedStatistics"] == {"p50": pytest.approx(2, rel=0.025), "p99.9": pytest.approx(3, rel=0.025)}
    # As on AWS, of sets of statistics there are no percentiles.
    assert (
        client.get_metric_statistics(**named(namespace, "n", Period=60, ExtendedStatistics=["p50"]))["Datapoints"] == []
    )
    found = client.list_metrics(Namespace=namespace)["Metrics"]
    assert sorted((each["MetricName"], len(each["Dimensions"])) for each in found) == [("m", 0), ("m", 1), ("n", 0)]
    assert client.list_metrics(Namespace=namespace, Dimensions=[{"Name": "Host"}])["Metrics"] == [
        {"Namespace": namespace, "MetricName": "m", "Dimensions": by_host}
    ]
    assert client.list_metrics(Namespace=namespace, Dimensions=[{"Name": "Host", "Value": "b"}])["Metrics"] == []


def test_many_metrics_are_read_page_by_page(server: RunningServer) -> None:
    client, namespace = cloudwatch(server), unique("Pages")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    data = [
        {"MetricName": name, "Value": n, "Timestamp": now - timedelta(minutes=n)} for name in "ab" for n in range(1, 8)
    ]
    client.put_metric_data(Namespace=namespace, MetricData=data)

    def stat(id: str, name: str, stat: str, period: int = 60) -> dict[str, Any]:
        metric = {"Namespace": namespace, "MetricName": name}
        return {"Id": id, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}

    request = {
        "MetricDataQueries": [
            stat("a", "a", "Sum"),
            stat("b", "b", "p100"),
            {**stat("c", "b", "Sum"), "Label": "both"},
        ],
        "StartTime": now - HOUR,
        "EndTime": now,
    }
    whole = client.get_metric_data(**request)["MetricDataResults"]
    assert [each["Values"] for each in whole] == [[1, 2, 3, 4, 5, 6, 7]] * 3
    assert [each["Label"] for each in whole] == ["a", "b", "both"]
    pages = list(client.get_paginator("get_metric_data").paginate(**request, MaxDatapoints=4))
    assert len(pages) == 6
    for number, each in enumerate(whole):
        for member in ("Values", "Timestamps"):
            joined = [value for page in pages for value in page["MetricDataResults"][number][member]]
            assert joined == each[member]
    states = [each["StatusCode"] for each in pages[0]["MetricDataResults"]]
    assert states == ["PartialData", "PartialData", "PartialData"]
    ascending = client.get_metric_data(**request, ScanBy="TimestampAscending")["MetricDataResults"][0]
    assert ascending["Values"] == [7, 6, 5, 4, 3, 2, 1]
    token = client.get_metric_data(**request, MaxDatapoints=4)["NextToken"]
    request["MetricDataQueries"] = [stat("a", "a", "Sum", 3600)]
    assert client.get_metric_data(**request)["MetricDataResults"][0]["Values"] == [28]
    assert refusal(client.get_metric_data, **request, NextToken=token)[0] == "InvalidNextToken"
    # Nothing of it is in the list twice, whatever the pages' bounds.
    for start in range(0, 600, 300):
        many = [
            {"MetricName": f"{n:03}", "Value": 1, "Unit": unit}
            for n in range(start, start + 300)
            for unit in ("Count", "Bytes")
        ]
        client.put_metric_data(Namespace=namespace, MetricData=many)
    pages = list(client.get_paginator("list_metrics").paginate(Namespace=namespace))
    names = [each["MetricName"] for page in pages for each in page["Metrics"]]
    assert len(pages) == 2
    assert len(names) == len(set(names)) == 602


def test_all_three_protocols_say_the_same(server: RunningServer) -> None:
    namespace = unique("Wire")
    data = {"Namespace": namespace, "MetricData": [{"MetricName": "m", "Value": 2.5}]}
    path = "/service/GraniteServiceVersion20100801/operation/"
    status, headers, body = sent(server, f"{path}PutMetricData", CBOR, cbor2.dumps(data))
    assert (status, headers["smithy-protocol"], body) == (200, "rpc-v2-cbor", b"")
    target = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "GraniteServiceVersion20100801.ListMetrics"}
    asked = {"Namespace": namespace}
    status, _, body = sent(server, "/", target, json.dumps(asked).encode())
    expected = [{"Namespace": namespace, "MetricName": "m", "Dimensions": []}]
    assert (status, json.loads(body)["Metrics"]) == (200, expected)
    status, headers, body = sent(server, f"{path}ListMetrics", CBOR, cbor2.dumps(asked))
    assert (status, headers["content-type"], cbor2.loads(body)["Metrics"]) == (200, "application/cbor", expected)
    form = {"content-type": "application/x-www-form-urlencoded"}
    fields = {"Action": "ListMetrics", "Version": "2010-08-01", **asked}
    status, _, body = sent(server, "/", form, urlencode(fields).encode())
    assert status == 200
    assert b"<MetricName>m</MetricName>" in body
    since = datetime.now(UTC) - HOUR
    stats = {**asked, "MetricName": "m", "Period": 60, "Statistics": ["Sum"]}
    times = {
        name: cbor2.CBORTag(1, (since + n * HOUR).timestamp() + n * 60)
        for n, name in enumerate(("StartTime", "EndTime"))
    }
    status, _, body = sent(server, f"{path}GetMetricStatistics", CBOR, cbor2.dumps({**stats, **times}))
    [point] = cbor2.loads(body)["Datapoints"]
    assert (point["Sum"], abs(point["Timestamp"] - datetime.now(UTC)) < HOUR) == (2.5, True)
    # A refusal has the old code in a header, and in XML.
    status, headers, body = sent(server, f"{path}PutMetricData", CBOR, cbor2.dumps(asked))
    assert (status, headers["x-amzn-query-error"]) == (400, "MissingParameter;Sender")
    assert cbor2.loads(body)["__type"] == "com.amazonaws.cloudwatch#MissingRequiredParameterException"
    _, _, body = sent(server, "/", form, urlencode({**fields, "Action": "PutMetricData"}).encode())
    assert b"<Code>MissingParameter</Code>" in body
    for bad in (b"\xff", b"\x81" * 1000, cbor2.dumps([1]), cbor2.dumps({"Namespace": 1}), b"\x9b" + b"\x7f" * 8):
        status, _, body = sent(server, f"{path}ListMetrics", CBOR, bad)
        assert (status, cbor2.loads(body)["__type"].partition("#")[2]) == (400, "SerializationException"), bad
    status, _, _ = sent(server, f"{path}Nothing", CBOR, b"")
    assert status == 404


def test_what_is_wrong_is_refused_in_aws_words(server: RunningServer) -> None:
    client, now = cloudwatch(server), datetime.now(UTC)
    value = "InvalidParameterValue"

    def put(**datum: Any) -> tuple[str, str]:
        return refusal(client.put_metric_data, Namespace="N", MetricData=[{"MetricName": "m", **datum}])

    name = "MetricData.member.1"
    assert put(Value=1, Timestamp=now - timedelta(days=15)) == (
        value,
        f"The parameter {name}.Timestamp must specify a time within the past two weeks.",
    )
    assert put(Value=1, Timestamp=now + 3 * HOUR)[0] == value
    assert put(Value=2.0**361) == (value, f"The value 4.69709e+108 for parameter {name}.Value is invalid.")
    assert put(Value=1, Values=[1]) == (
        "InvalidParameterCombination",
        f"The parameters {name}.Value and {name}.Values are mutually exclusive and you have specified both.",
    )
    assert put(Value=1, StorageResolution=300) == (
        value,
        f"The parameter {name}.StorageResolution must be a value in the set [ 1, 60 ].",
    )
    assert put(Value=1, StorageResolution=1)[0] == "UnsupportedOperationException"
    assert put(Values=[1, 2], Counts=[1])[0] == value
    assert put()[0] == "MissingParameter"
    assert put(Value=1, Unit="Miles")[0] == "ValidationError"
    assert refusal(client.put_metric_data, Namespace="AWS/DynamoDB", MetricData=[{"MetricName": "m", "Value": 1}]) == (
        value,
        "The value AWS/DynamoDB for parameter Namespace is invalid.",
    )
    stats = client.get_metric_statistics
    assert refusal(stats, **named("N", Period=60)) == (
        "InvalidParameterCombination",
        "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
    )
    long = {**named("N", Period=60, Statistics=["Sum"]), "StartTime": now - 47 * HOUR, "EndTime": now}
    assert refusal(stats, **long) == (
        "InvalidParameterCombination",
        "You have requested up to 2,820 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints "
        "requested by increasing Period, or decreasing the time range.",
    )
    assert refusal(stats, **{**long, "EndTime": now - 48 * HOUR})[1] == (
        "The parameter StartTime must be less than the parameter EndTime."
    )
    assert refusal(stats, **named("N", Period=90, Statistics=["Sum"]))[0] == value
    assert refusal(stats, **named("N", Period=60, ExtendedStatistics=["q9"]))[0] == value
    assert refusal(stats, **named("N", Period=60, ExtendedStatistics=["tm99"]))[0] == "UnsupportedOperationException"
    query = {"Id": "a", "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}}
    times = {"StartTime": now - HOUR, "EndTime": now}

    def data(*queries: dict[str, Any]) -> tuple[str, str]:
        return refusal(client.get_metric_data, MetricDataQueries=queries, **times)

    assert data({"Id": "a", "Expression": "m1*2"})[0] == "UnsupportedOperationException"
    assert data({**query, "Period": 60}) == (
        "ValidationError",
        "The parameters MetricDataQueries.member.1.Period and MetricDataQueries.member.1.MetricStat are mutually "
        "exclusive and you have specified both.",
    )
    assert data(query, query)[0] == "ValidationError"
    assert data({**query, "Id": "A"})[0] == "ValidationError"
    assert data({**query, "MetricStat": {**query["MetricStat"], "Stat": "Median"}})[0] == "ValidationError"  # type: ignore[dict-item]
    assert refusal(client.describe_alarms) == (
        "UnsupportedOperationException",
        "Tailrace does not support cloudwatch:DescribeAlarms: there are no alarms",
    )


def test_a_policy_may_give_one_namespace(server: RunningServer) -> None:
    iam, user = server.client("iam"), unique("publisher")
    iam.create_user(UserName=user)
    document = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "Mine"}},
        },
    }
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    client = server.client("cloudwatch", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    client.put_metric_data(Namespace="Mine", MetricData=[{"MetricName": "m", "Value": 1}])
    code, text = refusal(client.put_metric_data, Namespace="Other", MetricData=[{"MetricName": "m", "Value": 1}])
    assert code == "AccessDenied"
    assert "is not authorized to perform: cloudwatch:PutMetricData" in text
    assert refusal(client.list_metrics)[0] == "AccessDenied"
