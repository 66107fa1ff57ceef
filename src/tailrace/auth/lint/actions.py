"""Actions: that service and name exist, and that a wildcard matches something."""

from __future__ import annotations

from collections.abc import Iterator

from tailrace.auth.lint import definitions
from tailrace.auth.lint.definitions import Action, Service
from tailrace.auth.lint.finding import Problem, Statement
from tailrace.auth.patterns import Pattern


def problems(statement: Statement) -> Iterator[Problem]:
    """Unknown services and actions, wildcards that match nothing, and everything-but."""
    for element in ("Action", "NotAction"):
        for text, path in statement.element(element):
            if text == "*":
                continue
            prefix, _, name = text.partition(":")
            service = definitions.service(prefix.lower())
            if "*" in prefix or "?" in prefix:
                continue  # IAM refuses it itself
            if service is None:
                near = definitions.did_you_mean(prefix, definitions.services())
                yield Problem("unknown-service", "error", path, f"There is no service {prefix}.", near)
            elif not expand(service, name):
                yield _unknown_action(service, text, name, path)
    if "NotAction" in statement.given and statement.allows:
        yield Problem(
            "allow-not-action",
            "warning",
            (*statement.path, "NotAction"),
            "Allow with NotAction grants every other action of every service, also of those that AWS adds tomorrow.",
            "Name the actions in Action, or turn it around: Deny with Action.",
        )


def _unknown_action(service: Service, text: str, name: str, path: tuple[str | int, ...]) -> Problem:
    if "*" in name or "?" in name:
        return Problem("matches-no-action", "error", path, f"{text} matches no action of {service.prefix}.")
    near = definitions.did_you_mean(name, (action.name for action in service.actions.values()))
    return Problem("unknown-action", "error", path, f"{service.prefix} has no action {name}.", near)


def expand(service: Service, name: str) -> list[Action]:
    """The actions of a service that a name, perhaps with wildcards, stands for."""
    if "*" not in name and "?" not in name:
        found = service.actions.get(name.lower())
        return [found] if found else []
    pattern = Pattern(name, "like", variables=False, ignore_case=True)
    return [action for action in service.actions.values() if pattern.matches(action.name, {})]


def granted(statement: Statement) -> Iterator[tuple[Service, list[Action], str, tuple[str | int, ...]]]:
    """Each known Action of a statement: its service, the actions that it stands for, the text and its path."""
    for text, path in statement.element("Action"):
        prefix, _, name = text.partition(":")
        service = definitions.service(prefix.lower()) if text != "*" else None
        actions = expand(service, name) if service else []
        if service and actions:
            yield service, actions, text, path
