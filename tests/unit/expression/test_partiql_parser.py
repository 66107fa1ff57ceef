"""PartiQL: what statements mean, how a wrong one is refused, and that text and tree are the same thing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import condition, nodes, partiql_columns, update
from tailrace.expression.nodes import Call, Comparison, Path, Value
from tailrace.expression.partiql_nodes import Delete, Exists, Insert, OrderKey, Select, Statement, Target, Update
from tailrace.expression.partiql_parser import KIND, normalize_parameters, parse
from tailrace.expression.partiql_truth import literal_name
from tailrace.expression.values import canonical_set

NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: "


def refusal(text: str) -> str:
    with pytest.raises(ApiError) as caught:
        parse(text)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def value(content: Any) -> Value:
    return Value(literal_name(content))


# ── What statements say ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_select_has_columns_a_source_a_condition_and_an_order() -> None:
    text = """select "a b".c[1], d from Music.by_year where Year >= 1990 order by Year desc, Title"""
    assert parse(text).statement == Select(
        Target("Music", "by_year"),
        (Path(("a b", "c", 1)), Path(("d",))),
        Comparison(">=", Path(("Year",)), value({"N": "1990"})),
        (OrderKey(Path(("Year",)), True), OrderKey(Path(("Title",)))),
    )


def test_an_update_can_put_its_condition_first() -> None:
    assert parse("FROM t WHERE a = 1 SET b = 2").statement == parse("UPDATE t SET b = 2 WHERE a = 1").statement


def test_sets_are_changed_by_the_actions_of_update_expressions() -> None:
    statement = parse("UPDATE t SET s = set_add(s, <<1, 2>>) SET u = SET_DELETE(u, ?) REMOVE v").statement
    assert isinstance(statement, Update)
    assert [section.keyword for section in statement.tree.sections] == ["REMOVE", "ADD", "DELETE"]


def test_names_may_begin_as_placeholders_do() -> None:
    parsed = parse("""SELECT * FROM t WHERE "#a" = 1""")
    test = condition.bind_tree(parsed.statement.where, parsed.bind([]), KIND)  # type: ignore[union-attr, arg-type]
    assert test.test({"#a": {"N": "1"}})
    assert not test.test({"a": {"N": "1"}})


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ("'it''s'", {"S": "it's"}),
        ("- - 1.50", {"N": "1.5"}),
        (".73e1", {"N": "7.3"}),
        ("-0", {"N": "0"}),
        ("True", {"BOOL": True}),
        ("null", {"NULL": True}),
        ("<<2, 10>>", {"NS": ["2", "10"]}),
        ("<<'b', 'a'>>", {"SS": ["a", "b"]}),
        ("[1, {'k': []}]", {"L": [{"N": "1"}, {"M": {"k": {"L": []}}}]}),
    ],
)
def test_literals(written: str, content: Any) -> None:
    assert parse(f"INSERT INTO t VALUE {{'a': {written}}}").statement.item == (("a", value(content)),)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("clause", "item", "holds"),
    [
        ("a IS MISSING", {}, True),
        ("a IS NOT MISSING", {}, False),
        ("a IS NULL", {"a": {"NULL": True}}, True),
        ("a IS NULL", {}, False),
        ("a IS NOT NULL", {}, True),
        ("a IS STRING", {"a": {"S": ""}}, True),
        ("a != 1", {"a": {"N": "2"}}, True),
        ("a NOT IN [1, 2]", {"a": {"N": "2"}}, False),
        ("a IN (1, 2)", {"a": {"N": "2"}}, True),
        ("a NOT BETWEEN 1 AND 2", {"a": {"N": "3"}}, True),
        ("ATTRIBUTE_TYPE(a, 'N') AND NOT size(b) > 1", {"a": {"N": "3"}, "b": {"S": "x"}}, True),
        ("contains(a, 'x') = false", {"a": {"S": "y"}}, True),
        ("(a = 1 OR a = 2) <> TRUE", {"a": {"N": "2"}}, False),
        ("attribute_exists(a) <> 1", {"a": {"S": "y"}}, True),
        ("attribute_exists(a) = b", {"b": {"BOOL": False}}, True),
        ("attribute_exists(a) = attribute_exists(b)", {"b": {"BOOL": False}}, False),
        ("attribute_exists(a) NOT IN [b, true]", {"b": {"BOOL": True}}, True),
        ("m.l[0].k = 'v'", {"m": {"M": {"l": {"L": [{"M": {"k": {"S": "v"}}}]}}}}, True),
        ("a = 1 OR a = 2 AND b = 1", {"a": {"N": "1"}}, True),
    ],
)
def test_conditions_are_tested_by_the_one_evaluator(clause: str, item: Any, holds: bool) -> None:
    parsed = parse(f"SELECT * FROM t WHERE {clause}")
    bound = condition.bind_tree(parsed.statement.where, parsed.bind([]), KIND)  # type: ignore[union-attr, arg-type]
    assert bound.test(item) is holds


def test_updates_are_applied_by_the_one_evaluator() -> None:
    parsed = parse("UPDATE t SET n = n - - 2, l = list_append(l, ?) REMOVE x SET s = set_add(s, <<'b'>>)")
    assert isinstance(parsed.statement, Update)
    bindings = parsed.bind(normalize_parameters([{"L": [{"S": "new"}]}]))
    change = update.bind_tree(parsed.statement.tree, bindings, KIND)
    item: Any = {"n": {"N": "1"}, "l": {"L": []}, "x": {"S": ""}, "s": {"SS": ["a"]}}
    assert change.apply(item) == {"n": {"N": "3"}, "l": {"L": [{"S": "new"}]}, "s": {"SS": ["a", "b"]}}


def test_columns_are_named_by_the_end_of_their_paths() -> None:
    select = parse("SELECT m.k[1], l[0], m.z, gone FROM t").statement
    assert isinstance(select, Select)
    columns = partiql_columns.of_paths(select.columns or ())
    numbers = {"L": [{"N": "1"}, {"N": "2"}]}
    item: Any = {"m": {"M": {"k": numbers, "z": {"S": "z"}}}, "l": numbers}
    assert columns.project(item) == {"k[1]": {"N": "2"}, "l[0]": {"N": "1"}, "z": {"S": "z"}}


@pytest.mark.parametrize("count", [0, 2])
def test_there_are_as_many_parameters_as_question_marks(count: int) -> None:
    parsed = parse("SELECT * FROM t WHERE a = ? AND b = '?'")
    with pytest.raises(ApiError, match="Number of parameters in request and statement don't match."):
        parsed.bind([{"S": "x"}] * count)
    assert parsed.bind([{"S": "x"}]).values["?1"] == {"S": "x"}


# ── What isn't a statement ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("SLECT * FROM t", "Expected data manipulation"),
        ("UPDATE Payment-x SET a = 1", "Expected data manipulation"),
        ("SELECT * FROM t WHERE a = 1 b", "Unexpected token after expression"),
        ("SELECT * FROM t WHERE a = 1)", "Unexpected token after expression"),
        ("SELECT * FROM t ORDER BY a WHERE a = 1", "Unexpected token after expression"),
        ("DELETE FROM t WHERE a = 1 ORDER BY a", "Unexpected token after expression"),
        ("INSERT INTO t x VALUE {'a': 1}", "Unexpected token after expression"),
        ("FROM t SET b = 1 WHERE a = 1", "Unexpected token after expression"),
        ("SELECT * FROM t WHERE", "Unexpected term"),
        ("SELECT * FROM t WHERE NOT (", "Unexpected term"),
        ("UPDATE t SET a = 1 WHERE;", "Unexpected term"),
        ("SELECT * FROM", "Unexpected term"),
        ("SELECT * FROM t WHERE a", "Unexpected term"),
        ("SELECT * FROM t WHERE a = 1 AND", "Missing right-hand side expression of infix operator"),
        ("SELECT * FROM t WHERE ORDER BY a", "Unexpected keyword"),
        ("SELECT * FROM t WHERE pad = 1", "Unexpected keyword"),
        ("SELECT * FROM t WHERE IS NULL", "Unexpected operator"),
        ("SELECT * FROM t WHERE a = LIKE", "Unexpected operator"),
        ("SELECT * FROM t WHERE a IS FOO", "Expected type name"),
        ("DELETE FROM WHERE a = 1", "Expected identifier for simple path"),
        ("DELETE FROM", "Expected identifier for simple path"),
        ("SELECT * FROM t WHERE a = 1 # b", ""),
        ("SELECT * FROM t WHERE a = 1 /* b", ""),
        ('SELECT * FROM "t', ""),
        ("SELECT * FROM t WHERE a = 1e2147483648", ""),
        ("SELECT * FROM t WHERE a = 1.5e-2147483647", ""),
    ],
)
def test_each_mistake_has_its_phrase(text: str, detail: str) -> None:
    assert refusal(text) == NOT_WELL_FORMED + detail


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * FROM t x WHERE a = 1", "Aliasing is not supported"),
        ("SELECT a AS b FROM t", "Aliasing is not supported"),
        ("DELETE FROM t AS x WHERE a = 1", "Aliasing is not supported"),
        ("SELECT a FROM t LIMIT 5", "Unsupported clause: LIMIT at 1:23:1"),
        ("SELECT a, * FROM t", "Other attributes should not be present in the projection when '*' is used."),
        ("SELECT * FROM a.b.c", "A path may contain at most 2 components in the FROM clause"),
        ('SELECT * FROM t.""', "Path component cannot be an empty string"),
        ("UPDATE t.i SET a = 1", "This operation is not supported on an index"),
        ("INSERT INTO t.i VALUE {'a': 1}", "FROM clause may only contain a single table name"),
        ("SELECT l[-1] FROM t", "List index is not within the allowable range; index: [-1] at 1:11:1"),
        ("SELECT l[2147483648] FROM t", "List index is not within the allowable range; index: [2147483648] at 1:10:10"),
        ("INSERT INTO t VALUE {'a': 1, 'a': 2}", "Duplicate keys in tuple. Key: a under root"),
        ("INSERT INTO t VALUE {'s': <<>>}", "Empty bags are not supported"),
        (
            "INSERT INTO t VALUE {'s': <<1, 'a'>>}",
            "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags",
        ),
        (
            "INSERT INTO t VALUE {'s': <<'b', 'b'>>}",
            "One or more parameter values were invalid: Input collection [b, b] contains duplicates.",
        ),
        (
            "UPDATE t SET n = <<2, 2.0>>",
            "One or more parameter values were invalid: Input collection [2, 2.0] contains duplicates! under root",
        ),
        (
            "INSERT INTO t VALUE {'m': {'x': [1, 1e126]}}",
            "Number overflow. Attempting to store a number with magnitude larger than supported range under root.x[1]",
        ),
        ("UPDATE t SET x = [?]", "Unsupported data type: Parameter under key root[0] at 1:19:1"),
        (
            "UPDATE t\nSET s = set_add(s, 'x')",
            "The second argument to SET_ADD must be a value with type SET at 2:17:1",
        ),
        (
            "UPDATE t SET s = set_delete(u, <<'x'>>)",
            "The first argument to SET_DELETE must equal the assignment value at 1:18:10",
        ),
        (
            "DELETE FROM t WHERE a = 1 RETURNING MODIFIED OLD *",
            "Invalid returning clause: RETURNING MODIFIED OLD *. "
            "Only RETURNING ALL OLD * is allowed in DELETE statements.",
        ),
        ("SELECT * FROM t WHERE nothing(a)", "Invalid function name; function: nothing"),
        (
            "SELECT * FROM t WHERE attribute_exists(a) > false",
            "Incorrect operand type for operator or function; operator or function: >, operand type: BOOL",
        ),
    ],
)
def test_what_dynamodb_has_not_of_partiql(text: str, message: str) -> None:
    assert refusal(text) == message


def test_depth_is_limited_everywhere() -> None:
    deep = "UPDATE t SET d = " + "[" * 32 + "1" + "]" * 32
    assert refusal(deep) == "Nesting Levels have exceeded supported limits under root" + "[0]" * 32
    assert refusal("SELECT * FROM t WHERE " + "NOT " * 301 + "a = 1").startswith("The expression contains too many")
    assert parse("SELECT * FROM t WHERE " + "(" * 3000 + "a = 1" + ")" * 3000).statement.where is not None  # type: ignore[union-attr]
    doubled = "SELECT * FROM t WHERE " + "(" * 9 + "attribute_exists(a)" + " = b)" * 9
    assert refusal(doubled).startswith("The expression contains too many operators")
    choices = ", ".join(map(str, range(101)))
    assert refusal(f"SELECT * FROM t WHERE a IN [{choices}]") == (
        "The IN operator is provided with too many operands; number of operands: 101"
    )


# ── Text and tree ────────────────────────────────────────────────────────────────────────────────────────────────────

names = st.text(min_size=1, max_size=4)
texts = st.text(max_size=5)
numbers = st.integers(-(10**9), 10**9).map(str)
scalars = st.one_of(
    texts.map(lambda text: {"S": text}),
    numbers.map(lambda text: {"N": text}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.sets(texts, min_size=1, max_size=3).map(lambda each: canonical_set("SS", each)),
    st.sets(numbers, min_size=1, max_size=3).map(lambda each: canonical_set("NS", each)),
)
contents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda each: {"L": each}),
        st.dictionaries(texts, inner, max_size=2).map(lambda each: {"M": each}),
    ),
    max_leaves=4,
)
values = contents.map(value)
sets = scalars.filter(lambda content: "SS" in content or "NS" in content).map(value)
steps = st.one_of(names, st.integers(0, 99))
paths = st.builds(lambda first, rest: Path((first, *rest)), names, st.lists(steps, max_size=2))
operands = st.one_of(paths, values, st.builds(lambda path: Call("size", (path,)), paths))
leaves = st.one_of(
    st.builds(Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operands, operands),
    st.builds(nodes.Between, operands, operands, operands),
    st.builds(
        lambda operand, each: nodes.In(operand, tuple(each)), operands, st.lists(operands, min_size=1, max_size=3)
    ),
    st.builds(lambda path: Call("attribute_not_exists", (path,)), paths),
    st.builds(lambda path, each: Call("contains", (path, each)), paths, values),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(nodes.Not, inner),
        st.builds(lambda each: nodes.And(tuple(each)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda each: nodes.Or(tuple(each)), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)
appended = st.builds(lambda one, other: Call("list_append", (one, other)), paths, values)
assigned = st.one_of(
    paths, values, appended, st.builds(nodes.Arithmetic, st.sampled_from("+-"), paths, st.one_of(paths, values))
)
actions = st.one_of(
    st.builds(nodes.Assign, paths, assigned),
    st.builds(nodes.Remove, paths),
    st.builds(nodes.Add, paths, sets),
    st.builds(nodes.Delete, paths, sets),
)
targets = st.builds(Target, names)


def tree(found: list[Any]) -> nodes.UpdateTree:
    kinds: Any = {"SET": nodes.Assign, "REMOVE": nodes.Remove, "ADD": nodes.Add, "DELETE": nodes.Delete}
    parts = {word: tuple(each for each in found if isinstance(each, kind)) for word, kind in kinds.items()}
    return nodes.UpdateTree(tuple(nodes.Section(word, each) for word, each in parts.items() if each))


selects = st.builds(
    Select,
    st.builds(Target, names, st.none() | names),
    st.none() | st.lists(paths, min_size=1, max_size=3).map(tuple),
    st.none() | conditions,
    st.lists(st.builds(OrderKey, paths, st.booleans()), max_size=2).map(tuple),
)
statements = st.one_of(
    selects,
    selects.map(Exists),
    st.builds(Insert, targets, st.dictionaries(texts, values, max_size=3).map(lambda each: tuple(each.items()))),
    st.builds(
        Update,
        targets,
        st.lists(actions, min_size=1, max_size=4).map(tree),
        st.none() | conditions,
        st.sampled_from([None, "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"]),
    ),
    st.builds(Delete, targets, st.none() | conditions, st.sampled_from([None, "ALL_OLD"])),
)


@given(statements)
def test_a_statement_written_out_is_read_back_the_same(statement: Statement) -> None:
    assert parse(str(statement)).statement == statement


@given(st.text(alphabet="'\"?()[]{}<>=,.*-+ \nab1SELECTFROMWHEREand/:;", max_size=40))
def test_every_text_is_a_statement_or_refused(text: str) -> None:
    outcome = understood("SELECT * FROM t WHERE " + text)
    assert outcome == "ValidationException" or outcome == understood(str(outcome))


def understood(text: str) -> Statement | str:
    try:
        return parse(text).statement
    except ApiError as error:
        return error.code
