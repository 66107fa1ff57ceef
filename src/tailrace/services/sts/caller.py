"""Who is calling."""

from __future__ import annotations

from tailrace.base.errors import ApiError
from tailrace.identity import ACCESS_KEY
from tailrace.operation import Call, Shape, anything, operation
from tailrace.store import resources


@operation("sts", "GetCallerIdentity", needs=None, on=anything)
async def get_caller_identity(call: Call, request: Shape) -> Shape:
    """Account, ARN and unique id of the caller. No permission is needed, and none can be denied.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    principal = call.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


@operation("sts", "DecodeAuthorizationMessage", needs="sts:DecodeAuthorizationMessage", on=anything)
async def decode_authorization_message(call: Call, request: Shape) -> Shape:
    """Refused as a message that is none. Raises InvalidAuthorizationMessageException.

    On AWS a few services (EC2 above all) seal the reason of a denial into such a message. DynamoDB, Lambda, IAM, STS
    and Logs never do: their denials say the reason in plain words, and so there is no message to decode.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
    """
    raise ApiError("InvalidAuthorizationMessageException", "Message is not valid")


@operation("sts", "GetAccessKeyInfo", needs="sts:GetAccessKeyInfo", on=anything)
async def get_access_key_info(call: Call, request: Shape) -> Shape:
    """The account that a key belongs to.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
    """
    key_id = request["AccessKeyId"]
    known = call.node.identity.is_root_key(key_id) or await call.store.view(
        lambda tx: resources.get(tx, ACCESS_KEY, call.account, key_id) is not None
    )
    if not known:
        raise ApiError("ValidationError", "Invalid Access Key Id.")
    return {"Account": call.account}
