"""Updates: AWS's static checks, each action, and random updates against a naive model."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import update
from tailrace.expression.bindings import Bindings
from tailrace.expression.values import normalize_item

ITEM: dict[str, Any] = {
    "pk": {"S": "p"},
    "n": {"N": "10"},
    "s": {"S": "text"},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1"]},
    "l": {"L": [{"N": "0"}, {"N": "1"}, {"M": {"x": {"N": "2"}}}]},
    "m": {"M": {"k": {"N": "1"}, "ss": {"SS": ["a"]}}},
}
VALUES: dict[str, Any] = {
    ":1": {"N": "1"},
    ":2": {"N": "2"},
    ":new": {"S": "new"},
    ":list": {"L": [{"S": "new"}]},
    ":a": {"SS": ["a"]},
    ":bc": {"SS": ["c", "b"]},
    ":ab": {"SS": ["a", "b"]},
    ":ns": {"NS": ["1", "2"]},
}


def bind(text: str, values: Any = None) -> update.Update:
    known = VALUES | (values or {})
    used = {name: value for name, value in known.items() if name in text}
    return update.bind(text, Bindings({"#m": "m", "#dot": "a.b"}, used or None))


def changed(text: str, item: Any = None) -> dict[str, Any]:
    """What an update adds to the item or changes in it; None for what it takes away."""
    before = copy.deepcopy(ITEM if item is None else item)
    old = copy.deepcopy(before)
    new = bind(text).apply(old)
    assert old == before, "an update leaves the old item alone"
    return {name: new.get(name) for name in before.keys() | new.keys() if before.get(name) != new.get(name)}


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("SET a = :new", {"a": {"S": "new"}}),
        ("SET #dot = :new", {"a.b": {"S": "new"}}),
        ("SET n = n + :1, o = n - :1", {"n": {"N": "11"}, "o": {"N": "9"}}),
        ("SET n = s, s = n", {"n": {"S": "text"}, "s": {"N": "10"}}),
        ("SET n = if_not_exists(n, :1), o = if_not_exists(o, :1) + :1", {"o": {"N": "2"}}),
        ("SET o = if_not_exists(o, if_not_exists(p, n))", {"o": {"N": "10"}}),
        ("SET o = (n + (:1))", {"o": {"N": "11"}}),
        ("SET o = list_append(:list, :list)", {"o": {"L": [{"S": "new"}, {"S": "new"}]}}),
        ("SET #m.k = #m.k + :1", {"m": {"M": {"k": {"N": "2"}, "ss": {"SS": ["a"]}}}}),
        ("SET l[1] = :new", {"l": {"L": [{"N": "0"}, {"S": "new"}, {"M": {"x": {"N": "2"}}}]}}),
        ("SET l[9] = :2, l[7] = :1", {"l": {"L": [*ITEM["l"]["L"], {"N": "1"}, {"N": "2"}]}}),
        ("SET l[2].x = l[1]", {"l": {"L": [{"N": "0"}, {"N": "1"}, {"M": {"x": {"N": "1"}}}]}}),
        ("REMOVE n, gone, m.gone, l[9]", {"n": None}),
        ("REMOVE l[0], l[1]", {"l": {"L": [{"M": {"x": {"N": "2"}}}]}}),
        ("REMOVE l[0], l[2].x", {"l": {"L": [{"N": "1"}, {"M": {}}]}}),
        ("SET l[5] = :1 REMOVE l[0], l[2]", {"l": {"L": [{"N": "1"}, {"N": "1"}]}}),
        ("SET l[5] = :1 REMOVE l[3]", {"l": {"L": [*ITEM["l"]["L"], {"N": "1"}]}}),
        ("REMOVE l[1] SET l[2].x = :new", {"l": {"L": [{"N": "0"}, {"M": {"x": {"S": "new"}}}]}}),
        ("ADD n :1, o :2", {"n": {"N": "11"}, "o": {"N": "2"}}),
        ("ADD ss :bc, tt :a", {"ss": {"SS": ["a", "b", "c"]}, "tt": {"SS": ["a"]}}),
        ("ADD m.k :2, ns :ns", {"m": {"M": {"k": {"N": "3"}, "ss": {"SS": ["a"]}}}, "ns": {"NS": ["1", "2"]}}),
        ("DELETE ss :bc", {"ss": {"SS": ["a"]}}),
        ("DELETE ss :ab, tt :a", {"ss": None}),
        ("DELETE m.ss :a", {"m": {"M": {"k": {"N": "1"}}}}),
        ("SET n = n", {}),
    ],
)
def test_what_changes(text: str, change: Any) -> None:
    assert changed(text) == change


def test_an_update_of_nothing_makes_an_item() -> None:
    assert changed("SET a = :new ADD n :1", {}) == {"a": {"S": "new"}, "n": {"N": "1"}}


def test_nothing_is_removed_from_an_item_that_is_not_there() -> None:
    assert bind("REMOVE a.b, c[0] SET n = :1").apply({"pk": {"S": "p"}}, exists=False) == {
        "pk": {"S": "p"},
        "n": {"N": "1"},
    }


INVALID_PATH = "The document path provided in the update expression is invalid for update"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SET gone.x = :1", INVALID_PATH),
        ("SET s.x = :1", INVALID_PATH),
        ("SET m[0] = :1", INVALID_PATH),
        ("SET l.x = :1", INVALID_PATH),
        ("SET l[9].x = :1", INVALID_PATH),
        ("REMOVE gone.x", INVALID_PATH),
        ("REMOVE m[1]", INVALID_PATH),
        ("DELETE gone.x :a", INVALID_PATH),
        ("ADD l.x :1", INVALID_PATH),
        ("SET a = gone", NO_ATTRIBUTE),
        ("SET a = gone + :1", NO_ATTRIBUTE),
        ("SET a = list_append(gone, :list)", NO_ATTRIBUTE),
        ("SET a = s + :1", WRONG_TYPE),
        ("SET a = list_append(s, :list)", WRONG_TYPE),
        ("ADD s :1", WRONG_TYPE),
        ("ADD ss :ns", WRONG_TYPE),
        ("DELETE n :a", WRONG_TYPE),
    ],
)
def test_refused_by_the_item(text: str, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        bind(text).apply(ITEM)
    assert refused.value.message == problem


OPERAND = "Incorrect operand type for operator or function; "
REWRITE = "must remove or rewrite one of these paths; "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "SET a = :missing",
            "An expression attribute value used in expression is not defined; attribute value: :missing",
        ),
        (
            "SET a = :missing, #x = :1",
            "An expression attribute name used in the document path is not defined; attribute name: #x",
        ),
        ("ADD a :new", OPERAND + "operator: ADD, operand type: STRING"),
        ("ADD a :list", OPERAND + "operator: ADD, operand type: LIST"),
        ("DELETE a :1", OPERAND + "operator: DELETE, operand type: NUMBER"),
        ("SET a = b + :new", OPERAND + "operator or function: +, operand type: S"),
        ("SET a = list_append(b, :1)", OPERAND + "operator or function: list_append, operand type: N"),
        (
            "SET a = if_not_exists(b)",
            "Incorrect number of operands for operator or function; "
            "operator or function: if_not_exists, number of operands: 1",
        ),
        (
            "SET a = if_not_exists(:1, :1)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        (
            "SET a = b, a.b = c",
            f"Two document paths overlap with each other; {REWRITE}path one: [a], path two: [a, b]",
        ),
        (
            "SET d[1] = a, d.b = a, c[1].a = a, c = if_not_exists(a, b)",
            f"Two document paths overlap with each other; {REWRITE}path one: [c, [1], a], path two: [c]",
        ),
        (
            "REMOVE #m.c SET m[1] = d",
            f"Two document paths conflict with each other; {REWRITE}path one: [m, c], path two: [m, [1]]",
        ),
    ],
)
def test_refused_before_any_item(text: str, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        bind(text)
    assert refused.value.message == f"Invalid UpdateExpression: {problem}"


def test_key_attributes_stay() -> None:
    bind("SET pk2 = :1").check_keys({"pk"})
    with pytest.raises(ApiError) as refused:
        bind("SET n = :1 REMOVE pk").check_keys({"pk"})
    assert refused.value.message == (
        "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"
    )


def test_what_was_touched() -> None:
    bound = bind("SET n = n + :1, m.k = :2 REMOVE ss, l[0] ADD o :1")
    new = bound.apply(ITEM)
    assert bound.touches(ITEM, new) == (
        {"n": {"N": "10"}, "m": {"M": {"k": {"N": "1"}}}, "ss": ITEM["ss"], "l": {"L": [{"N": "0"}]}},
        {"n": {"N": "11"}, "m": {"M": {"k": {"N": "2"}}}, "l": {"L": [{"N": "1"}]}, "o": {"N": "1"}},
    )


def test_updates_cannot_nest_too_deep() -> None:
    deep: dict[str, Any] = {"N": "1"}
    for _ in range(30):
        deep = {"L": [deep]}
    assert bind("SET m.x = :deep", {":deep": deep}).apply(ITEM)
    with pytest.raises(ApiError, match="Nesting Levels have exceeded supported limits"):
        bind("SET m.x = :deep", {":deep": {"L": [deep]}}).apply(ITEM)


# ── Random updates against a model that marks removed places and sweeps them up at the end ────────────────────────

REMOVED = object()
numbers = st.integers(-5, 5).map(lambda number: {"N": str(number)})
sets = st.sets(st.sampled_from("abc"), min_size=1).map(lambda elements: {"SS": sorted(elements)})
leaves: Any = st.one_of(numbers, sets)
attributes: Any = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda elements: {"L": elements}),
        st.dictionaries(st.sampled_from("xy"), inner, max_size=2).map(lambda members: {"M": members}),
    ),
    max_leaves=4,
)
items = st.dictionaries(st.sampled_from("abc"), attributes, max_size=3)
steps = st.one_of(st.sampled_from("xy"), st.integers(0, 3))
paths = st.tuples(st.sampled_from("abc"), st.lists(steps, max_size=2)).map(lambda parts: (parts[0], *parts[1]))
actions = st.lists(
    st.tuples(st.sampled_from(["SET", "COPY", "REMOVE", "ADD", "DELETE"]), paths, leaves, paths), min_size=1, max_size=4
)


class Refused(Exception):
    pass


def naive_find(item: Any, path: Any) -> Any:
    place: Any = {"M": item}
    for step in path:
        members = place.get("L" if isinstance(step, int) else "M")
        if members is None or (step >= len(members) if isinstance(step, int) else step not in members):
            return None
        place = members[step]
    return place


def naive_value(item: Any, verb: str, path: Any, value: Any, source: Any) -> Any:
    old = naive_find(item, path if verb != "COPY" else source)
    if verb == "SET":
        return value
    if verb == "COPY":
        if old is None:
            raise Refused
        return old
    if verb == "REMOVE" or (verb == "DELETE" and old is None):
        return REMOVED
    if old is None:
        return value
    if old.keys() != value.keys():
        raise Refused
    if "N" in value:
        return {"N": str(int(old["N"]) + int(value["N"]))}
    mine, theirs = set(old["SS"]), set(value["SS"])
    left = mine | theirs if verb == "ADD" else mine - theirs
    return {"SS": sorted(left)} if left else REMOVED


def naive_sweep(value: Any) -> Any:
    [(kind, content)] = value.items()
    if kind == "L":
        return {"L": [naive_sweep(element) for element in content if element is not REMOVED]}
    if kind == "M":
        return {"M": {name: naive_sweep(member) for name, member in content.items() if member is not REMOVED}}
    return value


def naive_apply(item: Any, wanted: Any) -> Any:
    results = [(path, naive_value(item, verb, path, value, source)) for verb, path, value, source in wanted]
    new = {"M": copy.deepcopy(item)}
    appended: list[Any] = []
    for path, value in results:
        place: Any = naive_find(new["M"], path[:-1]) if len(path) > 1 else new
        step = path[-1]
        members = (place or {}).get("L" if isinstance(step, int) else "M")
        if members is None:
            raise Refused
        if not isinstance(step, int) or step < len(members):
            members[step] = value if value is REMOVED else copy.deepcopy(value)
        elif value is not REMOVED:
            appended.append((step, members, copy.deepcopy(value)))
    for _, members, value in sorted(appended, key=lambda entry: entry[0]):
        members.append(value)
    return naive_sweep(new)["M"]


def written(path: Any) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


@settings(max_examples=300)
@given(items, actions)
def test_agrees_with_a_naive_model(item: Any, wanted: Any) -> None:
    sections: dict[str, list[str]] = {}
    values = {}
    for number, (verb, path, value, source) in enumerate(wanted):
        name = f":v{number}"
        if verb in ("SET", "ADD", "DELETE"):
            values[name] = value
        if verb == "DELETE":
            assume("SS" in value)
        text = {"SET": f"{written(path)} = {name}", "COPY": f"{written(path)} = {written(source)}"}
        right = {"REMOVE": written(path)}.get(verb, f"{written(path)} {name}")
        sections.setdefault("SET" if verb == "COPY" else verb, []).append(text.get(verb, right))
    expression = " ".join(f"{keyword} {', '.join(parts)}" for keyword, parts in sections.items())
    try:
        bound = update.bind(expression, Bindings(None, values or None))
    except ApiError as error:
        assert "Two document paths" in error.message  # noqa: PT017
        assume(False)  # noqa: FBT003
    try:
        expected = naive_apply(item, wanted)
    except Refused:
        with pytest.raises(ApiError):
            bound.apply(item)
        return
    new = bound.apply(item)
    assert new == expected
    assert normalize_item(new) == new
