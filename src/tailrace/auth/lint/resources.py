"""Resources: that the ARNs of a statement are such that its actions work on them.

The trap of DynamoDB Streams is the reason for this file: reading a stream needs permission on the stream's ARN, and
a policy that names the table's instead is taken by IAM and grants nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from tailrace.auth.lint import actions, definitions, globs
from tailrace.auth.lint.definitions import Action, Service
from tailrace.auth.lint.finding import Problem, Statement
from tailrace.auth.positions import Path

STREAM_ACTIONS = frozenset({"dynamodb:getrecords", "dynamodb:getsharditerator", "dynamodb:describestream"})
# Characters that no name in an ARN of the service contains; names elsewhere may hold paths.
EXCLUDED = {"dynamodb": "/:", "lambda": ":", "sqs": "/:", "sns": "/:"}
Tokens = tuple[globs.Token, ...]


def problems(statement: Statement) -> Iterator[Problem]:
    """Actions without a resource of theirs, and resources without an action."""
    given = [(text, path) for text, path in statement.element("Resource")]
    if not given or any(text == "*" for text, _ in given) or "Action" not in statement.given:
        return
    tokens = {text: globs.of_resource(text, variables=statement.variables) for text, _ in given}
    used: set[str] = set()
    asked = list(actions.granted(statement))
    for service, found, text, path in asked:
        reached = {name for name in tokens for action in found if _works_on(service, action, tokens[name])}
        used |= reached
        if reached:
            continue
        star = [action for action in found if not action.resource_types]
        yield _on_star(text, path) if len(star) == len(found) else _mismatch(service, found, text, path, list(tokens))
    known = {text for text, _ in statement.element("Action")} == {text for _, _, text, _ in asked}
    for text, path in given:
        if known and text not in used and used:
            names = ", ".join(action for action, _ in statement.element("Action"))
            sentence = f"No action of this statement ({names}) works on {text}."
            yield Problem(
                "unused-resource", "warning", path, sentence, "Take it away, or add the action that needs it."
            )


def _works_on(service: Service, action: Action, resource: Tokens) -> bool:
    return any(globs.meet(resource, form) for kind in action.resource_types for form in _forms(service.prefix, kind))


@functools.lru_cache(maxsize=1024)
def _forms(prefix: str, kind: str) -> tuple[Tokens, ...]:
    found = definitions.service(prefix)
    form = found.arns.get(kind) if found else None
    if form is None:
        return ()
    excluded = EXCLUDED.get(prefix, "")
    forms = [globs.of_form(form, excluded)]
    if prefix == "logs":
        # Permissions on a group are asked on a stream without a name, so that `log-group:NAME:*` is the group, too.
        forms.append(globs.of_form(f"{form}:log-stream:", excluded))
    if prefix == "lambda" and kind == "function":
        forms.append(globs.of_form(f"{form}:${{Qualifier}}", excluded))
    return tuple(forms)


def _on_star(text: str, path: Path) -> Problem:
    sentence = f"{text} works on no single resource: it is granted on * alone, so this statement doesn't grant it."
    return Problem("needs-star", "error", path, sentence, 'Give it a statement of its own with "Resource": "*".')


def _mismatch(service: Service, found: list[Action], text: str, path: Path, given: list[str]) -> Problem:
    names = {f"{service.prefix}:{action.name}".lower() for action in found}
    tables = [each for each in given if ":table/" in each and "/stream/" not in each]
    if names <= STREAM_ACTIONS | {"dynamodb:liststreams"} and tables:
        return Problem(
            "table-instead-of-stream",
            "error",
            path,
            f"{text} works on a stream, and {tables[0]} is a table: this grants nothing.",
            f"Use the ARN of the table's streams: {tables[0].rstrip('*').rstrip('/')}/stream/*",
        )
    kinds = dict.fromkeys(kind for action in found for kind in action.resource_types)
    forms = ", ".join(service.arns[kind] for kind in kinds if kind in service.arns)
    sentence = f"{text} works on none of this statement's resources: this grants nothing."
    return Problem("resource-mismatch", "error", path, sentence, f"It works on {forms}")
