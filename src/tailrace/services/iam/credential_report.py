"""The credential report: one line of CSV a user, made anew when the last one is four hours old.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io

from tailrace.base import arn
from tailrace.base.clock import iso_seconds
from tailrace.base.errors import ApiError
from tailrace.identity import ACCESS_KEY, USER
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.iam import entities, last_used
from tailrace.services.iam.entities import Document
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND, NAME = "iam:credential-report", "current"
FRESH_SECONDS = 4 * 3600.0
NONE, UNSUPPORTED = "N/A", "not_supported"
KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in KEY_COLUMNS),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
)
NO_KEY = ["false", NONE, NONE, NONE, NONE]
NO_CERTIFICATES = ["false", NONE, "false", NONE]


@operation("iam", "GenerateCredentialReport", needs="iam:GenerateCredentialReport", on=anything)
async def generate_credential_report(call: Call, request: Shape) -> Shape:
    """Make the report, if there is none of the last four hours. It is there at once; the first answer says STARTED.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
    """
    now = call.clock.now()

    def generate(tx: Transaction) -> Shape:
        known = resources.get(tx, KIND, call.account, NAME)
        if known is not None and now - known["GeneratedTime"] < FRESH_SECONDS:
            return {"State": "COMPLETE"}
        document = {"Content": _report(call, tx), "GeneratedTime": float(int(now))}
        resources.put(tx, KIND, call.account, NAME, document)
        return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}

    return await call.store.update(generate)


@operation("iam", "GetCredentialReport", needs="iam:GetCredentialReport", on=anything)
async def get_credential_report(call: Call, request: Shape) -> Shape:
    """The report that was made last. Raises ReportNotPresent, ReportExpired.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
    """
    known = await call.store.view(lambda tx: resources.get(tx, KIND, call.account, NAME))
    if known is None:
        raise ApiError("ReportNotPresent", "No report exists. Please generate a report first.", status=410)
    if call.clock.now() - known["GeneratedTime"] >= FRESH_SECONDS:
        raise ApiError("ReportExpired", "The report has expired. Please generate a new report.", status=410)
    content = known["Content"].encode()
    return {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": known["GeneratedTime"]}


def _report(call: Call, tx: Transaction) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow(_root(call))
    for user in entities.every(tx, USER, call.account):
        writer.writerow(_user(call, tx, user))
    return lines.getvalue()


def _root(call: Call) -> list[str]:
    """The root has a key, of which nothing is written down, and no password."""
    head = ["<root_account>", arn.iam(call.account, "root"), _time(0.0)]
    password = [UNSUPPORTED, "no_information", UNSUPPORTED, UNSUPPORTED, "false"]
    return [*head, *password, "true", NONE, NONE, NONE, NONE, *NO_KEY, *NO_CERTIFICATES]


def _user(call: Call, tx: Transaction, user: Document) -> list[str]:
    head = [user["UserName"], user["Arn"], _time(user["CreateDate"])]
    keys = [_key(call, tx, key_id) for key_id in user.get("AccessKeys", ())]
    first, second = [*keys, NO_KEY, NO_KEY][:2]
    return [*head, "false", NONE, NONE, NONE, "false", *first, *second, *NO_CERTIFICATES]


def _key(call: Call, tx: Transaction, key_id: str) -> list[str]:
    key = resources.get(tx, ACCESS_KEY, call.account, key_id)
    if key is None:
        return NO_KEY
    used = last_used.find(tx, call.node.last_used, call.account, key_id)
    head = [
        "true" if key["Status"] == "Active" else "false",
        _time(key["ChangeDate"] if "ChangeDate" in key else key["CreateDate"]),
    ]
    return [*head, _time(used["Date"]), used["Region"], used["Service"]] if used else [*head, NONE, NONE, NONE]


def _time(epoch: float) -> str:
    return iso_seconds(epoch).replace("Z", "+00:00")
