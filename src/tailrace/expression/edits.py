"""Writing effects into a copy of an item: maps and lists along a changed path are copied, all others are shared.

Order matters in lists alone. Indexes mean the list as it was: values are written first, those beyond the end are
appended by rising index, and removals come last, by falling index.
"""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression.paths import Steps
from tailrace.expression.values import NESTING_MAX, AttributeValue, Item, TooDeep, nesting

Effect = tuple[Steps, AttributeValue | None]


def edited(item: Item, effects: list[Effect]) -> Item:
    """The item with each effect's value at its path, or nothing there for None.

    Raises AWS's ValidationException for a path whose parent is missing or of another type, and for too deep a value.
    """
    new = dict(item)
    nested: list[Effect] = []
    for steps, value in effects:
        if len(steps) > 1:
            nested.append((steps, value))
        elif value is None:
            new.pop(steps[0], None)  # type: ignore[arg-type]
        else:
            new[steps[0]] = value  # type: ignore[index]
    if nested:
        written = sorted(_written(nested), key=_last_index)
        for steps, value in written:
            _check_nesting(steps, value)
            _write(_parent(new, steps), steps[-1], value)
        # Longer paths first: l[1].x has to be found before l[0] is taken away.
        for steps in sorted(_removed(nested), key=lambda steps: (len(steps), _index(steps)), reverse=True):
            if not written or _was_there(_parent(dict(item), steps), steps[-1]):
                _remove(_parent(new, steps), steps[-1])
    return new


def _written(effects: list[Effect]) -> list[tuple[Steps, AttributeValue]]:
    return [(steps, value) for steps, value in effects if value is not None]


def _removed(effects: list[Effect]) -> list[Steps]:
    return [steps for steps, value in effects if value is None]


def _last_index(effect: tuple[Steps, AttributeValue]) -> int:
    return _index(effect[0])


def _index(steps: Steps) -> int:
    last = steps[-1]
    return last if isinstance(last, int) else -1


def _parent(new: Item, steps: Steps) -> dict[str, Any] | list[Any]:
    """The map or list that holds the path's last step, copied into the new item together with all above it."""
    members: Any = new
    for step, following in zip(steps, steps[1:], strict=False):
        value = _member(members, step)
        kind = "L" if isinstance(following, int) else "M"
        if value is None or kind not in value:
            raise ApiError.validation("The document path provided in the update expression is invalid for update")
        copy = list(value["L"]) if kind == "L" else dict(value["M"])
        members[step] = {kind: copy}
        members = copy
    return members  # type: ignore[no-any-return]


def _member(members: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return members[step] if step < len(members) else None
    return members.get(step)


def _write(members: Any, step: str | int, value: AttributeValue) -> None:
    if isinstance(step, int) and step >= len(members):
        members.append(value)
    else:
        members[step] = value


def _was_there(members: Any, step: str | int) -> bool:
    """Whether an index is of the list as it was, and not of what has just been appended to it."""
    return not isinstance(step, int) or step < len(members)


def _remove(members: Any, step: str | int) -> None:
    if isinstance(step, int):
        if step < len(members):
            del members[step]
    else:
        members.pop(step, None)


def _check_nesting(steps: Steps, value: AttributeValue) -> None:
    if len(steps) - 1 + nesting(value) > NESTING_MAX:
        raise TooDeep
