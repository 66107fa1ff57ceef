"""Where values and statements stand in a policy's text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tailrace.auth import positions

LONE = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)
ADMINISTRATOR = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
}"""


def test_a_lone_statement_stands_where_awss_own_example_says() -> None:
    assert positions.statements(LONE) == [((1, 38), (1, 167))]


def test_statements_of_a_list_start_behind_what_comes_before() -> None:
    assert positions.statements(ADMINISTRATOR) == [((3, 17), (8, 6))]
    assert positions.statements('{"Statement":[{"a":1},{"b":"]"}]}') == [((1, 15), (1, 22)), ((1, 22), (1, 32))]


trees: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=6) | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(trees, st.sampled_from([None, 1, 4]), st.booleans())
def test_every_value_is_found_where_it_stands(tree: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    for path, span in positions.spans(text).items():
        value = tree
        for part in path:
            value = value[part]
        assert json.loads(text[span.start : span.end]) == value
