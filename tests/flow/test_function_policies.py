"""The policies that stand on functions decide along with everybody's own; weighted aliases."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, unique, zipped
from tests.flow.test_functions import invoke, messages

ECHO = "def handler(event, context): return event"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
INVALID = "InvalidParameterValueException"


def refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def make_user(server: RunningServer, name: str, policy: str = "", service: str = "lambda") -> tuple[str, Any]:
    """A user's ARN, and their client."""
    iam, user = server.client("iam"), unique(name)
    arn = iam.create_user(UserName=user)["User"]["Arn"]
    if policy:
        iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return arn, server.client(service, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])


def permit(server: RunningServer, function: str, principal: str, sid: str = "one", **options: Any) -> Any:
    """AddPermission to invoke."""
    action = {"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": principal}
    return server.client("lambda").add_permission(FunctionName=function, **action, **options)


def test_a_statement_lets_a_user_without_other_rights_invoke(server: RunningServer) -> None:
    function = make_function(server, "granted", ECHO)
    who, theirs = make_user(server, "guest")
    assert refused(theirs.invoke, FunctionName=function)[0] == "AccessDeniedException"
    permit(server, function, who)
    assert theirs.invoke(FunctionName=function, Payload=b"1")["Payload"].read() == b"1"
    assert theirs.invoke(FunctionName=function, InvocationType="Event")["StatusCode"] == 202
    assert refused(theirs.get_function, FunctionName=function)[0] == "AccessDeniedException"
    server.client("lambda").remove_permission(FunctionName=function, StatementId="one")
    assert refused(theirs.invoke, FunctionName=function)[0] == "AccessDeniedException"


def test_a_statement_is_of_its_qualifier_alone(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "qualified", ECHO)
    who, theirs = make_user(server, "guest")
    client.publish_version(FunctionName=function)
    client.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    added = permit(server, function, who, Qualifier="live")
    assert json.loads(added["Statement"])["Resource"] == f"{ARN}{function}:live"
    assert theirs.invoke(FunctionName=function, Qualifier="live")["StatusCode"] == 200
    for other in ({}, {"Qualifier": "1"}, {"Qualifier": "$LATEST"}):
        assert refused(theirs.invoke, FunctionName=function, **other)[0] == "AccessDeniedException"
    permit(server, function, who)
    assert theirs.invoke(FunctionName=function)["StatusCode"] == 200
    assert refused(theirs.invoke, FunctionName=function, Qualifier="$LATEST")[0] == "AccessDeniedException"
    text = "We currently do not support adding policies for $LATEST."
    assert refused(permit, server=server, function=function, principal=who, Qualifier="$LATEST") == (INVALID, text)
    # What stood on an alias goes with it.
    client.delete_alias(FunctionName=function, Name="live")
    client.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    assert refused(theirs.invoke, FunctionName=function, Qualifier="live")[0] == "AccessDeniedException"


def test_a_user_who_is_denied_stays_denied(server: RunningServer) -> None:
    function = make_function(server, "denied", ECHO)
    document = json.loads(allow("lambda:InvokeFunction"))
    document["Statement"][0]["Effect"] = "Deny"
    who, theirs = make_user(server, "denied", json.dumps(document))
    permit(server, function, who)
    code, text = refused(theirs.invoke, FunctionName=function)
    assert (code, "with an explicit deny in an identity-based policy" in text) == ("AccessDeniedException", True)


def test_a_service_invokes_for_the_sources_that_its_statement_names(server: RunningServer) -> None:
    sns = server.client("sns")
    mine, other = (sns.create_topic(Name=unique(name))["TopicArn"] for name in ("mine", "other"))
    source = "def handler(event, context): print('got', event['Records'][0]['Sns']['Message'])"
    function = make_function(server, "told", source)
    permit(server, function, "sns.amazonaws.com", SourceArn=mine, SourceAccount="000000000000")
    for topic in (other, mine):
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=ARN + function)
    sns.publish(TopicArn=other, Message="from another")
    sns.publish(TopicArn=mine, Message="from mine")
    wait_until("the message", lambda: "got from mine\n" in messages(server, function))
    assert "got from another\n" not in messages(server, function)


def test_a_principal_that_is_none_is_refused(server: RunningServer) -> None:
    function = make_function(server, "nobody", ECHO)
    text = "The provided principal was invalid. Please check the principal and try again."
    assert refused(permit, server=server, function=function, principal="nobody") == (INVALID, text)


def test_an_alias_may_lead_to_two_versions_by_weight(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "weighted", "def handler(e, c): return 'one'")
    client.publish_version(FunctionName=function)
    code = zipped(index__py="def handler(e, c): return 'two'")
    client.update_function_code(FunctionName=function, ZipFile=code, Publish=True)
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    made = client.create_alias(FunctionName=function, Name="both", FunctionVersion="1", RoutingConfig=weights)
    assert made["RoutingConfig"] == weights
    seen: Counter[tuple[str, str]] = Counter()
    for _ in range(200):  # that one of them is never met happens once in 2**199
        payload, answer = invoke(server, function, Qualifier="both")
        seen[payload, answer["ExecutedVersion"]] += 1
        if len(seen) == 2:
            break
    assert set(seen) == {("one", "1"), ("two", "2")}
    assert refused(client.delete_function, FunctionName=function, Qualifier="2")[0] == "ResourceConflictException"
    all_to_two = {"AdditionalVersionWeights": {"2": 1.0}}
    client.update_alias(FunctionName=function, Name="both", RoutingConfig=all_to_two)
    assert {invoke(server, function, Qualifier="both")[0] for _ in range(5)} == {"two"}
    assert "RoutingConfig" not in client.update_alias(FunctionName=function, Name="both", RoutingConfig={})
    assert {invoke(server, function, Qualifier="both")[0] for _ in range(5)} == {"one"}


def test_what_an_alias_can_not_be_routed_to(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "routes", ECHO)
    client.publish_version(FunctionName=function)

    def refusal(version: str, **weights: float) -> tuple[str, str]:
        routing = {"AdditionalVersionWeights": {name[1:]: weight for name, weight in weights.items()}}
        request = {"FunctionName": function, "Name": "a", "FunctionVersion": version, "RoutingConfig": routing}
        return refused(client.create_alias, **request)

    text = "$LATEST is not supported for an alias pointing to more than 1 version"
    assert refusal("$LATEST", v1=0.5) == (INVALID, text)
    text = "Number of items in AdditionalVersionWeights cannot be greater than 1"
    assert refusal("1", v2=0.1, v3=0.1) == (INVALID, text)
    text = "Invalid function version 1. Function version 1 is already included in routing configuration."
    assert refusal("1", v1=0.1) == (INVALID, text)
    assert refusal("1", v9=0.1) == ("ResourceNotFoundException", f"Function not found: {ARN}{function}:9")
    assert refusal("1", v2=1.5)[0] == "ValidationException"
