"""Where AWS's servers differ from AWS's own models, as data, each with its source.

[D] seen on DynamoDB by dynalite's suite, [C] by the dynamodb-conformance suite of 2025, [R] otherwise recorded on AWS.
"""

from __future__ import annotations

from typing import Any

# The HTTP status of an operation.
STATUS = {
    # [R] November 2025. The model says 200 since boto3 shows a member that it reads off the status.
    ("lambda", "DeleteFunction"): 204,
}

# The code of a request that breaks the model's constraints; ValidationException where none is named here.
VALIDATION_CODES = {
    "logs": "InvalidParameterException",  # [R] PutLogEvents without a timestamp
    "sns": "ValidationError",  # [R] a message attribute without DataType
}

# AWS prints enum values in an order of its own.
ENUM_ORDERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("dynamodb", "ComparisonOperator"): (  # [D]
        *("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT"),
        *("NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS"),
    ),
    ("dynamodb", "ConditionalOperator"): ("OR", "AND"),  # [D]
    ("dynamodb", "ProjectionType"): ("ALL", "INCLUDE", "KEYS_ONLY"),  # [D]
    ("dynamodb", "ReturnValue"): ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),  # [D]
    ("dynamodb", "ScalarAttributeType"): ("B", "N", "S"),  # [D] [C]
    ("dynamodb", "Select"): ("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),  # [D] [C]
    ("lambda", "EventSourcePosition"): ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"),  # [R]
}

# Constraints of a shape that the server does not have, or has otherwise. None: the model's constraint does not count.
SHAPES: dict[tuple[str, str], dict[str, Any]] = {
    # Names inside expressions and items; the expression package refuses them with texts of its own.
    ("dynamodb", "AttributeName"): {"max": None},
    # [C] An empty map is "The requestItems parameter is required for BatchGetItem" (see EMPTY_PARAMETERS).
    ("dynamodb", "BatchGetRequestMap"): {"min": None},
    ("dynamodb", "BatchWriteItemRequestMap"): {"min": None},
    # Lambda looks itself (RUNTIME_TEXT).
    ("lambda", "Runtime"): {"enum": ()},
}

# Constraints that one member has beyond its shape's. Keys: service, structure, member.
MEMBERS: dict[tuple[str, str, str], dict[str, Any]] = {
    ("dynamodb", "CreateTableInput", "KeySchema"): {"max": 2},  # [C]
    ("dynamodb", "LocalSecondaryIndex", "KeySchema"): {"max": 2},  # [D]
}

# Members whose problems AWS writes as "Value at 'Limit'": with the wire's spelling and without the value.
UNQUOTED_MEMBERS = {
    ("dynamodb", "QueryInput", "Limit"),  # [C] but Scan has "Value '0' at 'limit'"
    ("dynamodb", "KeysAndAttributes", "Keys"),  # [C] "Value at 'RequestItems.T.member.Keys'"
}

# Services whose list elements have one rule more in AWS's text. [R] cors.allowMethods, architectures
NOT_NULL_IN_LISTS = frozenset(("lambda",))

# Operations on tables themselves word a missing name so. [D] [C]
TABLE_NAME_REQUIRED = "The parameter 'TableName' is required but was not present in the request"
TABLE_OPERATIONS = frozenset(
    (
        *("CreateTable", "DeleteTable", "DescribeTable", "UpdateTable"),
        *("DescribeTimeToLive", "UpdateTimeToLive", "DescribeContinuousBackups", "UpdateContinuousBackups"),
    )
)
# Empty or missing maps that the service refuses itself. [C]
EMPTY_PARAMETERS = {
    ("dynamodb", "BatchGetItem", "RequestItems"): "The requestItems parameter is required for BatchGetItem",
    ("dynamodb", "BatchWriteItem", "RequestItems"): "The requestItems parameter is required for BatchWriteItem",
}

# [R] InvalidParameterValueException, and without the "1 validation error detected".
RUNTIME_TEXT = (
    "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{runtimes}] "
    "or be a valid ARN"
)

# A table's name may be its ARN everywhere but in CreateTable; the model has only the ARN's limits. The name's: [C]
TABLE_NAME_SHAPE = "TableArn"
TABLE_NAME_PATTERN = "[a-zA-Z0-9_.-]+"
TABLE_NAME_LENGTH_MAX = 255
TABLE_NAME_LENGTH_MIN = {"CreateTable": 3}  # elsewhere 1, the model's

# [R] Unsubscribe without SubscriptionArn.
SNS_REQUIRED_TEXT = "Invalid parameter: {name} Reason: no value for required parameter"

# IAM words a name with a wrong character so.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html names the characters.
IAM_NAME_PATTERN = r"[\w+=,.@-]+"
IAM_NAME_TEXT = (
    "The specified value for {name} is invalid. It must contain only alphanumeric characters and/or the following: "
    "+=,.@_-"
)

# What JSON errors of SQS were called in its query protocol, where the name was another; sent in x-amzn-query-error.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html
QUERY_ERROR_CODES = {
    ("sqs", name): f"AWS.SimpleQueueService.{old}"
    for name, old in {
        "BatchEntryIdsNotDistinct": "BatchEntryIdsNotDistinct",
        "BatchRequestTooLong": "BatchRequestTooLong",
        "EmptyBatchRequest": "EmptyBatchRequest",
        "InvalidBatchEntryId": "InvalidBatchEntryId",
        "MessageNotInflight": "MessageNotInflight",
        "PurgeQueueInProgress": "PurgeQueueInProgress",
        "QueueDeletedRecently": "QueueDeletedRecently",
        "QueueDoesNotExist": "NonExistentQueue",
        "TooManyEntriesInBatchRequest": "TooManyEntriesInBatchRequest",
        "UnsupportedOperation": "UnsupportedOperation",
    }.items()
}
QUERY_ERROR_CODES["sqs", "QueueNameExists"] = "QueueAlreadyExists"
# [R] 2023 to 2026
QUERY_ERROR_CODES["sqs", "InvalidParameterValueException"] = "InvalidParameterValue"
QUERY_ERROR_CODES["sqs", "MissingRequiredParameterException"] = "MissingParameter"

# Services that check every constraint but the presence of a parameter themselves, and word that one so. [R]
SELF_VALIDATING = {"sqs": ("MissingRequiredParameterException", "The request must contain the parameter {name}.")}
