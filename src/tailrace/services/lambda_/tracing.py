"""The tracing header that a function gets (_X_AMZN_TRACE_ID): the caller's, or a new one.

```
X-Amzn-Trace-Id: Root=1-65f0c1d2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1
```
Nothing is sent to X-Ray, for there is none; the header is what joins the logs of functions that call each other, and
what an OpenTelemetry or X-Ray SDK in the code goes on from.
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

import re

from tailrace.base import ids

HEADER_CHARACTERS_MAX = 512
_root = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_parent = re.compile(r"[0-9a-f]{16}")


def passed_on(given: str | None, now: float, *, active: bool = False) -> str:
    """The header for the code, from the one that its caller sent.

    A caller's root and its decision to sample hold; without one the trace is new. With active tracing the function is a
    segment of its own, and what nobody has decided is sampled; else it stands below the caller's segment.
    """
    fields = _fields(given)
    if not _root.fullmatch(fields.get("root", "")):
        fields = {"root": _new_root(now)}
    parent, sampled = fields.get("parent", ""), fields.get("sampled")
    if active or not _parent.fullmatch(parent):
        parent = ids.hex_digits(16)
    if sampled not in ("0", "1"):
        sampled = "1" if active else "0"
    return f"Root={fields['root']};Parent={parent};Sampled={sampled}"


def begun(given: str | None, now: float) -> str:
    """The caller's header, or the root of a new trace, in which nothing is decided yet."""
    if given and _root.fullmatch(_fields(given).get("root", "")):
        return given
    return f"Root={_new_root(now)}"


def _new_root(now: float) -> str:
    return f"1-{int(now):08x}-{ids.hex_digits(24)}"


def _fields(given: str | None) -> dict[str, str]:
    """The header's fields by lower-case name; none of a header that is too long to be one."""
    if not given or len(given) > HEADER_CHARACTERS_MAX:
        return {}
    pairs = (part.partition("=") for part in given.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
