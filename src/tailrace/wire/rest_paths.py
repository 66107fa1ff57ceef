"""The URL templates of REST services, compiled into a table: method and number of segments -> templates."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from tailrace.wire import model

SEGMENTS_MAX = 12  # no template of any service has more


class Template(NamedTuple):
    """One operation's URL: literal segments, labels (None in `literals`), and the query that it must carry."""

    operation: str
    literals: tuple[str | None, ...]
    labels: tuple[str, ...]
    query: frozenset[tuple[str, str]]


def match(service: str, method: str, path: str, query: str) -> tuple[str, dict[str, str]] | None:
    """The operation that a URL names and its decoded labels, or None. Slashes at the end are tolerated."""
    segments = path.strip("/").split("/")
    if len(segments) > SEGMENTS_MAX:
        return None
    for template in _table(service).get((method, len(segments)), ()):
        if all(
            literal == segment if literal else segment
            for literal, segment in zip(template.literals, segments, strict=True)
        ) and (not template.query or template.query <= set(parse_qsl(query, keep_blank_values=True))):
            values = [unquote(s) for s, literal in zip(segments, template.literals, strict=True) if literal is None]
            return template.operation, dict(zip(template.labels, values, strict=True))
    return None


@cache
def _table(service: str) -> dict[tuple[str, int], list[Template]]:
    """Templates by method and length; those with more literals and with a query first, so that they win."""
    table: dict[tuple[str, int], list[Template]] = {}
    for operation, (method, uri) in model.service(service).request_uris().items():
        path, _, query = uri.partition("?")
        parts = path.strip("/").split("/")
        literals = tuple(None if part.startswith("{") else part for part in parts)
        labels = tuple(part.strip("{}+") for part in parts if part.startswith("{"))
        template = Template(operation, literals, labels, frozenset(parse_qsl(query, keep_blank_values=True)))
        table.setdefault((method, len(parts)), []).append(template)
    for templates in table.values():
        templates.sort(key=lambda template: (len(template.labels), -len(template.query), template.operation))
    return table
