"""IAM: users, groups, roles, keys, and the policies that say what they may do.

A user, group or role is one document that holds everything of its own (inline policies, attachments, tags), so that
identity.py decides from one read; a managed policy holds its versions. Names are kept in lower case, since IAM does
not tell them apart by case. The rejected alternative, a row an attachment, would make every decision a join.

```
entities          find, name, page          users access_keys groups roles       the nouns themselves
inline_policies   of all three              managed_policies policy_versions     documents on their own
attachments       entity <-> managed policy boundaries tags                      account: summary, alias
authorization_details credential_report     lists of everything                  service_linked_roles
simulator         principal_policies        what policies would say     last_used: of keys and roles
validation        what IAM refuses to keep  refused: what Tailrace does not have, said clearly
```
"""

from tailrace.services.iam import (
    access_keys,
    account,
    attachments,
    authorization_details,
    boundaries,
    credential_report,
    groups,
    inline_policies,
    managed_policies,
    policy_versions,
    refused,
    roles,
    service_linked_roles,
    simulator,
    tags,
    users,
)

__all__ = [
    "access_keys",
    "account",
    "attachments",
    "authorization_details",
    "boundaries",
    "credential_report",
    "groups",
    "inline_policies",
    "managed_policies",
    "policy_versions",
    "refused",
    "roles",
    "service_linked_roles",
    "simulator",
    "tags",
    "users",
]
