"""Layers: published, listed, used by functions of every language, shared, deleted."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, unique
from tests.flow.test_functions import invoke

ARN = "arn:aws:lambda:us-east-1:000000000000:layer:"
INVALID = "InvalidParameterValueException"


def archive(files: dict[str, str]) -> bytes:
    """A zip file of paths and texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return buffer.getvalue()


def publish(server: RunningServer, name: str, files: dict[str, str], **options: Any) -> Any:
    """PublishLayerVersion of such an archive."""
    return server.client("lambda").publish_layer_version(LayerName=name, Content={"ZipFile": archive(files)}, **options)


def refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def configure(server: RunningServer, function: str, **settings: Any) -> Any:
    """UpdateFunctionConfiguration once the last change is over."""
    client = server.client("lambda")
    found = client.get_function_configuration
    wait_until("the update", lambda: found(FunctionName=function)["LastUpdateStatus"] == "Successful")
    return client.update_function_configuration(FunctionName=function, **settings)


def test_a_version_is_published_and_found(server: RunningServer) -> None:
    client, name = server.client("lambda"), unique("found")
    files = {"python/found.py": "WHERE = 1"}
    made = publish(server, name, files, CompatibleRuntimes=["python3.11"], LicenseInfo="MIT")
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    content, created = made.pop("Content"), made.pop("CreatedDate")
    assert created.endswith("+0000")
    assert content["CodeSize"] == len(archive(files))
    assert made == {
        "LayerArn": ARN + name,
        "LayerVersionArn": f"{ARN}{name}:1",
        "Description": "",
        "Version": 1,
        "CompatibleRuntimes": ["python3.11"],
        "LicenseInfo": "MIT",
    }
    with urllib.request.urlopen(content["Location"]) as answer:
        assert zipfile.ZipFile(io.BytesIO(answer.read())).read("python/found.py") == b"WHERE = 1"
    for found in (
        client.get_layer_version(LayerName=name, VersionNumber=1),
        client.get_layer_version(LayerName=ARN + name, VersionNumber=1),
        client.get_layer_version_by_arn(Arn=f"{ARN}{name}:1"),
    ):
        assert found["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert {member: found[member] for member in made} == made
        assert found["Content"]["CodeSha256"] == content["CodeSha256"]
    missing = ("ResourceNotFoundException", "The resource you requested does not exist.")
    assert refused(client.get_layer_version, LayerName=name, VersionNumber=2) == missing
    assert refused(client.get_layer_version_by_arn, Arn=f"{ARN}{name}:2") == missing
    below = (INVALID, "Layer Version Cannot be less than 1.")
    assert refused(client.get_layer_version, LayerName=name, VersionNumber=0) == below


def test_lists_show_the_newest_first_and_what_fits(server: RunningServer) -> None:
    client, name = server.client("lambda"), unique("lists")
    publish(server, name, {"a": "1"}, CompatibleRuntimes=["python3.11"])
    publish(server, name, {"a": "2"}, CompatibleRuntimes=["nodejs20.x"], Description="two")
    publish(server, name, {"a": "3"})
    assert [v["Version"] for v in client.list_layer_versions(LayerName=name)["LayerVersions"]] == [3, 2, 1]
    first = client.list_layer_versions(LayerName=name, MaxItems=2)
    assert [v["Version"] for v in first["LayerVersions"]] == [3, 2]
    rest = client.list_layer_versions(LayerName=name, Marker=first["NextMarker"])
    assert [v["Version"] for v in rest["LayerVersions"]] == [1]
    assert "NextMarker" not in rest
    fitting = client.list_layer_versions(LayerName=name, CompatibleRuntime="python3.11")["LayerVersions"]
    assert [v["Version"] for v in fitting] == [1]
    layers = client.list_layers(CompatibleRuntime="nodejs20.x")["Layers"]
    (own,) = [one for one in layers if one["LayerName"] == name]
    assert own["LayerArn"] == ARN + name
    assert (own["LatestMatchingVersion"]["Version"], own["LatestMatchingVersion"]["Description"]) == (2, "two")
    client.delete_layer_version(LayerName=name, VersionNumber=3)
    client.delete_layer_version(LayerName=name, VersionNumber=3)
    assert [v["Version"] for v in client.list_layer_versions(LayerName=name)["LayerVersions"]] == [2, 1]
    assert publish(server, name, {"a": "4"})["Version"] == 4
    assert client.list_layer_versions(LayerName=unique("none"))["LayerVersions"] == []


def test_python_finds_its_layers_the_later_one_first(server: RunningServer) -> None:
    below = publish(server, unique("below"), {"python/shared.py": "FROM = 'below'", "python/only.py": "HERE = True"})
    above = publish(server, unique("above"), {"python/shared.py": "FROM = 'above'"})
    packages = "python/lib/python3.11/site-packages"
    third = publish(server, unique("third"), {f"{packages}/deep.py": "HERE = True", "bin/tool": "#!/bin/sh"})
    source = """
import os, shared, only, deep
def handler(event, context):
    return [shared.FROM, only.HERE, deep.HERE, os.path.exists('/opt/bin/tool') or not event]
"""
    arns = [one["LayerVersionArn"] for one in (below, above, third)]
    function = make_function(server, "layered", source, Layers=arns)
    assert invoke(server, function)[0] == ["above", True, True, True]
    shown = server.client("lambda").get_function_configuration(FunctionName=function)["Layers"]
    assert shown == [
        {"Arn": arn, "CodeSize": one["Content"]["CodeSize"]}
        for arn, one in zip(arns, (below, above, third), strict=True)
    ]
    assert configure(server, function, Layers=[arns[1], arns[0], arns[2]])["Layers"][0]["Arn"] == arns[1]
    assert invoke(server, function)[0][0] == "below"
    assert "Layers" not in configure(server, function, Layers=[])
    assert invoke(server, function)[0]["errorType"] == "Runtime.ImportModuleError"


def test_node_finds_its_layers(server: RunningServer) -> None:
    files = {
        "nodejs/node_modules/greeting/package.json": '{"name": "greeting", "main": "index.js"}',
        "nodejs/node_modules/greeting/index.js": "module.exports = 'from the layer';",
    }
    layer = publish(server, unique("node"), files, CompatibleRuntimes=["nodejs20.x"])["LayerVersionArn"]
    source = "import greeting from 'greeting';\nexport const handler = async () => greeting;"
    function = make_function(server, "node", source, runtime="nodejs20.x", Layers=[layer], MemorySize=256, Timeout=60)
    assert invoke(server, function)[0] == "from the layer"


def test_a_deleted_version_goes_on_where_it_is_used(server: RunningServer) -> None:
    client, name = server.client("lambda"), unique("kept")
    layer = publish(server, name, {"python/kept.py": "HERE = 'still'"})["LayerVersionArn"]
    source = "def handler(event, context):\n  import kept\n  return kept.HERE"
    function = make_function(server, "kept", source, Layers=[layer])
    client.publish_version(FunctionName=function)
    client.delete_layer_version(LayerName=name, VersionNumber=1)
    assert invoke(server, function)[0] == "still"
    configure(server, function, Layers=[])
    assert invoke(server, f"{function}:1")[0] == "still"
    assert refused(configure, server=server, function=function, Layers=[layer]) == (
        INVALID,
        f"Layer version {layer} does not exist.",
    )


def test_an_archive_is_gone_with_the_last_who_has_it(server: RunningServer) -> None:
    client, name = server.client("lambda"), unique("counted")
    made = publish(server, name, {"python/counted.py": f"NAME = {name!r}"})
    layer, link = made["LayerVersionArn"], made["Content"]["Location"]
    function = make_function(server, "counted", "def handler(event, context): pass", Layers=[layer])
    client.publish_version(FunctionName=function)
    configure(server, function, Description="changed")
    client.delete_layer_version(LayerName=name, VersionNumber=1)
    configure(server, function, Layers=[])
    with urllib.request.urlopen(link) as answer:  # the version still has it
        assert answer.status == 200
    client.delete_function(FunctionName=function)
    with pytest.raises(urllib.error.HTTPError, match="403|404"):
        urllib.request.urlopen(link)


def test_what_layers_a_function_may_not_have(server: RunningServer) -> None:
    name = unique("twice")
    one, two = (publish(server, name, {"a": text})["LayerVersionArn"] for text in "12")
    function = make_function(server, "refuses", "def handler(e, c): pass")

    def refusal(*layers: str) -> tuple[str, str]:
        return refused(configure, server=server, function=function, Layers=list(layers))

    text = "Two different versions of the same layer are not allowed to be referenced in the same function. "
    assert refusal(one, two) == (INVALID, f"{text}{one} and {two}.")
    assert refusal(*[one] * 6) == (INVALID, "Cannot reference more than 5 layers.")
    elsewhere = one.replace("us-east-1", "eu-west-1")
    text = "Layers are not in the same region as the function. Layers are expected to be in region us-east-1."
    assert refusal(elsewhere) == (INVALID, text)
    foreign = one.replace("000000000000", "017000801446")
    text = "because no resource-based policy allows the lambda:GetLayerVersion action"
    code, message = refusal(foreign)
    assert (code, message.endswith(f"on resource: {foreign} {text}")) == ("AccessDeniedException", True)


def test_a_runtime_that_lambda_does_not_have_is_refused(server: RunningServer) -> None:
    code, text = refused(publish, server=server, name=unique("r"), files={"a": "1"}, CompatibleRuntimes=["cobol"])
    assert code == "ValidationException"
    assert text.startswith("1 validation error detected: Value '[cobol]' at 'compatibleRuntimes' failed to satisfy")


def test_code_and_layers_together_have_a_limit(server: RunningServer) -> None:
    big = io.BytesIO()
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", bytes(262_144_000 - 10))
    client = server.client("lambda")
    layer = client.publish_layer_version(LayerName=unique("big"), Content={"ZipFile": big.getvalue()})
    function = make_function(server, "big", "def handler(e, c): pass")
    size = 262_144_000 - 10 + len("def handler(e, c): pass")
    text = "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is "
    expected = (INVALID, f"{text}{size} bytes.")
    assert refused(configure, server=server, function=function, Layers=[layer["LayerVersionArn"]]) == expected


def test_permissions_of_a_version(server: RunningServer) -> None:
    client, name = server.client("lambda"), unique("shared")
    arn = publish(server, name, {"a": "1"})["LayerVersionArn"]
    place = {"LayerName": name, "VersionNumber": 1}
    none = ("ResourceNotFoundException", "No policy is associated with the given resource.")
    assert refused(client.get_layer_version_policy, **place) == none
    add = {"StatementId": "all", "Action": "lambda:GetLayerVersion", "Principal": "*"}
    added = client.add_layer_version_permission(**place, **add)
    statement = {
        "Sid": "all",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:GetLayerVersion",
        "Resource": arn,
    }
    assert json.loads(added["Statement"]) == statement
    policy = client.get_layer_version_policy(**place)
    assert policy["RevisionId"] == added["RevisionId"]
    assert json.loads(policy["Policy"]) == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    assert refused(client.add_layer_version_permission, **place, **add)[0] == "ResourceConflictException"
    stale = {**add, "StatementId": "more", "RevisionId": "old"}
    assert refused(client.add_layer_version_permission, **place, **stale)[0] == "PreconditionFailedException"
    iam, user = server.client("iam"), unique("nobody")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = server.client("lambda", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    assert theirs.get_layer_version(**place)["LayerVersionArn"] == arn
    client.remove_layer_version_permission(**place, StatementId="all")
    assert refused(theirs.get_layer_version, **place)[0] == "AccessDeniedException"
    assert refused(client.get_layer_version_policy, **place) == none
    gone = ("ResourceNotFoundException", f"Layer version {arn[:-1]}9 does not exist.")
    assert refused(client.get_layer_version_policy, LayerName=name, VersionNumber=9) == gone


def test_a_function_needs_the_permission_to_have_a_layer(server: RunningServer) -> None:
    function = make_function(server, "allowed", "def handler(e, c): pass")
    layer = publish(server, unique("allowed"), {"a": "1"})["LayerVersionArn"]
    iam, user = server.client("iam"), unique("deployer")
    iam.create_user(UserName=user)
    document = allow("lambda:UpdateFunctionConfiguration")
    iam.put_user_policy(UserName=user, PolicyName="deploy", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = server.client("lambda", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    code, text = refused(theirs.update_function_configuration, FunctionName=function, Layers=[layer])
    assert code == "AccessDeniedException"
    assert f"is not authorized to perform: lambda:GetLayerVersion on resource: {layer}" in text
