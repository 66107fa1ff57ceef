"""Access keys of users: at most two each; the secret is told once."""

from __future__ import annotations

from tailrace import kept_secrets
from tailrace.base import arn, ids
from tailrace.base.errors import ApiError
from tailrace.identity import ACCESS_KEY
from tailrace.operation import Call, Shape, operation
from tailrace.services.iam import entities, last_used
from tailrace.services.iam.entities import USERS, Document, about_user, on_user
from tailrace.store import resources
from tailrace.store.engine import Transaction

KEYS_MAX = 2


def _shown(key: Document) -> Shape:
    return {name: key[name] for name in ("UserName", "AccessKeyId", "Status", "CreateDate")}


def _find(tx: Transaction, account: str, key_id: str, user: Document) -> Document:
    found = resources.get(tx, ACCESS_KEY, account, key_id) if key_id in user.get("AccessKeys", ()) else None
    if found is None:
        raise entities.no_such(f"The Access Key with id {key_id} cannot be found.")
    return found


@operation("iam", "CreateAccessKey", needs="iam:CreateAccessKey", on=on_user, context=about_user)
async def create_access_key(call: Call, request: Shape) -> Shape:
    """Make a key for a user; its secret can't be read again.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
    """
    name = entities.own_name(call, request)
    key_id, secret = ids.access_key_id("AKIA"), ids.secret_access_key()

    def create(tx: Transaction) -> Document:
        user = entities.find(tx, USERS, call.account, name)
        keys = user.get("AccessKeys", [])
        if len(keys) >= KEYS_MAX:
            raise entities.limit_exceeded("AccessKeysPerUser", KEYS_MAX)
        key = {
            "UserName": user["UserName"],
            "AccessKeyId": key_id,
            "Status": "Active",
            "CreateDate": float(int(call.clock.now())),
        }
        kept = kept_secrets.sealed_key(call.node.identity.vault, key, secret)
        resources.create(tx, ACCESS_KEY, call.account, key_id, kept)
        entities.change(tx, USERS, call.account, name, AccessKeys=[*keys, key_id])
        return key

    return {"AccessKey": {**await call.store.update(create), "SecretAccessKey": secret}}


@operation("iam", "ListAccessKeys", needs="iam:ListAccessKeys", on=on_user, context=about_user)
async def list_access_keys(call: Call, request: Shape) -> Shape:
    """A user's keys, without their secrets.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
    """
    name = entities.own_name(call, request)

    def listed(tx: Transaction) -> Shape:
        user = entities.find(tx, USERS, call.account, name)
        keys = {key: _find(tx, call.account, key, user) for key in user.get("AccessKeys", ())}
        return entities.page_of(list(keys), request, "AccessKeyMetadata", lambda key: _shown(keys[key]))

    return await call.store.view(listed)


@operation("iam", "UpdateAccessKey", needs="iam:UpdateAccessKey", on=on_user, context=about_user)
async def update_access_key(call: Call, request: Shape) -> Shape:
    """Switch a key on or off.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
    """
    name, key_id = entities.own_name(call, request), request["AccessKeyId"]
    if request["Status"] not in ("Active", "Inactive"):
        raise ApiError("ValidationError", "An access key is either Active or Inactive")

    def update(tx: Transaction) -> None:
        key = _find(tx, call.account, key_id, entities.find(tx, USERS, call.account, name))
        changed = {**key, "Status": request["Status"], "ChangeDate": float(int(call.clock.now()))}
        resources.put(tx, ACCESS_KEY, call.account, key_id, changed)

    await call.store.update(update)
    return {}


@operation("iam", "DeleteAccessKey", needs="iam:DeleteAccessKey", on=on_user, context=about_user)
async def delete_access_key(call: Call, request: Shape) -> Shape:
    """Delete a key; requests signed with it are refused from now on.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
    """
    name, key_id = entities.own_name(call, request), request["AccessKeyId"]

    def delete(tx: Transaction) -> None:
        user = entities.find(tx, USERS, call.account, name)
        _find(tx, call.account, key_id, user)
        resources.delete(tx, ACCESS_KEY, call.account, key_id)
        last_used.forget(tx, call.account, key_id)
        entities.change(tx, USERS, call.account, name, AccessKeys=[k for k in user["AccessKeys"] if k != key_id])

    await call.store.update(delete)
    return {}


async def _on_owner(call: Call, request: Shape) -> str:
    """The ARN of the user whose key it is; of any user where there is no such key."""
    key_id = request["AccessKeyId"]
    key = await call.store.view(lambda tx: resources.get(tx, ACCESS_KEY, call.account, key_id))
    return await on_user(call, {"UserName": key["UserName"]}) if key else arn.iam(call.account, "user/*")


@operation("iam", "GetAccessKeyLastUsed", needs="iam:GetAccessKeyLastUsed", on=_on_owner)
async def get_access_key_last_used(call: Call, request: Shape) -> Shape:
    """Whose key it is, and when it last signed a request, to within the request under way.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
    """
    key_id = request["AccessKeyId"]

    def get(tx: Transaction) -> Shape:
        key = resources.get(tx, ACCESS_KEY, call.account, key_id)
        if key is None:
            raise entities.no_such(f"The Access Key with id {key_id} cannot be found.")
        used = last_used.of_key(tx, call.node.last_used, call.account, key_id)
        return {"UserName": key["UserName"], "AccessKeyLastUsed": used}

    return await call.store.view(get)
