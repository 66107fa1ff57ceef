"""What is counted of a table or a global index: its state in the table's document, its rules, and their names.

```
document["Insights"]["" or index] ──state_of──> ENABLING ENABLED DISABLING DISABLED
                                  ──watches──> Table.insights, None for all but the few tables that are counted
```
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tailrace.base.contributors import Key, Rule
from tailrace.store.layout import IndexLayout, KeyAttribute

BOTH, THROTTLED_ONLY = "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"
ENABLING, ENABLED, DISABLING, DISABLED = "ENABLING", "ENABLED", "DISABLING", "DISABLED"
PREFIX = "DynamoDBContributorInsights"

Document = dict[str, Any]
Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Watch:
    """One table or global index that is counted: the attributes of its key, and the rules to count under.

    `accessed` and `items` (the rules of sort keys) are None where there is no such rule.
    """

    hash: tuple[str, ...]
    range: tuple[str, ...]
    accessed: Rule | None
    accessed_items: Rule | None
    throttled: Rule
    throttled_items: Rule | None

    def partition(self, item: Item) -> Key:
        """The partition that an item is in: its key's texts, as they are shown."""
        return texts(item, self.hash)

    def key(self, item: Item) -> Key:
        """Partition and sort key of an item."""
        return texts(item, (*self.hash, *self.range))


def texts(item: Item, names: tuple[str, ...]) -> Key:
    """The values of attributes as they are shown: texts, canonical numbers, Base64. The schema knows their types."""
    return tuple(next(iter(item[name].values())) for name in names)


def setting(document: Document, index: str = "") -> Document | None:
    """What was last asked for of a table or an index; None where nothing ever was, of this very index."""
    found: Document | None = document.get("Insights", {}).get(index)
    if found is None or not index:
        return found
    indexes = document.get("GlobalSecondaryIndexes", ())
    return found if any(found["Collection"] == each["Collection"] for each in indexes) else None


def state_of(asked: Document | None, now: float) -> str:
    """The status, told from the stored time."""
    if asked is None:
        return DISABLED
    if now < asked["Until"]:
        return ENABLING if asked["Enabled"] else DISABLING
    return ENABLED if asked["Enabled"] else DISABLED


def rule_names(document: Document, index: str, asked: Document) -> dict[str, Rule]:
    """The rules of a table or index, by the names that AWS gives them: its own name, and when they were made (ms)."""
    what = f"{document['TableName']}-{index}" if index else document["TableName"]
    kinds = _kinds(_schema(document, index), asked["Mode"])
    return {f"{PREFIX}-{kind}-{what}-{asked['Made']}": Rule(asked["Series"], kind) for kind in kinds}


def key_names(document: Document, index: str, kind: str) -> tuple[str, ...]:
    """The attributes whose values a rule of that kind names its contributors by."""
    return tuple(
        part["AttributeName"] for part in _schema(document, index) if part["KeyType"] == "HASH" or kind[0] == "S"
    )


def watches(
    document: Document, key: tuple[KeyAttribute, ...], indexes: tuple[IndexLayout, ...]
) -> dict[str, Watch] | None:
    """What of a table is counted now, by index name ("" is the table itself); None where nothing is."""
    parts: dict[str, tuple[tuple[KeyAttribute, ...], tuple[KeyAttribute, ...]]] = {"": (key[:1], key[1:])}
    parts |= {index.name: (index.hash, index.range) for index in indexes if not index.local}
    found = {}
    for name, (hash_key, range_key) in parts.items():
        asked = setting(document, name)
        if asked is not None and asked["Enabled"]:
            rules = {rule.kind: rule for rule in rule_names(document, name, asked).values()}
            found[name] = Watch(
                tuple(part.name for part in hash_key),
                tuple(part.name for part in range_key),
                *(rules.get("PKC"), rules.get("SKC"), rules["PKT"], rules.get("SKT")),
            )
    return found or None


def _schema(document: Document, index: str) -> list[dict[str, str]]:
    part = document if not index else next(i for i in document["GlobalSecondaryIndexes"] if i["IndexName"] == index)
    schema: list[dict[str, str]] = part["KeySchema"]
    return schema


def _kinds(schema: list[dict[str, str]], mode: str) -> list[str]:
    has_range = any(part["KeyType"] == "RANGE" for part in schema)
    kinds = ["PKC", "SKC", "PKT", "SKT"] if has_range else ["PKC", "PKT"]
    return kinds if mode == BOTH else [kind for kind in kinds if kind.endswith("T")]
