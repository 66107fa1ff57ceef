"""The one error that leaves the server, and the few that cross floors on the way to it.

```
ApiError            an answer: AWS's code, text and HTTP status; the wire gives it each protocol's form
StoreError          what the store has to say; a service turns it into an ApiError
├── AlreadyExists
├── Missing
├── Outdated        what a transaction went by has changed meanwhile: run it again
└── Fenced          a lease was lost to somebody else
```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class ApiError(Exception):
    """A refusal as AWS words it.

    `code` is the short error name ("ValidationException"), `message` AWS's text, `status` the HTTP status, and
    `members` what the error's shape carries besides the message (`Item`, `CancellationReasons`, `Type`, ...), in
    the form in which a handler would return them. `owes` is what there is to do once the refusal stands: whoever raises
    it may run again, and not be refused.
    """

    owes: Callable[[], None] | None = None

    def __init__(self, code: str, message: str, *, status: int = 400, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members: Mapping[str, Any] = members or {}

    def make_good(self) -> None:
        """Do what is owed, once: the refusal stands."""
        owes, self.owes = self.owes, None
        if owes is not None:
            owes()

    @classmethod
    def validation(cls, message: str) -> ApiError:
        """ValidationException, 400: the request makes no sense as it stands."""
        return cls("ValidationException", message)

    @classmethod
    def serialization(cls, message: str) -> ApiError:
        """SerializationException, 400: the body does not have the shape that the operation's model names."""
        return cls("SerializationException", message)

    @classmethod
    def access_denied(cls, message: str) -> ApiError:
        """AccessDeniedException. DynamoDB answers it with 400; the wire knows the services that use 403."""
        return cls("AccessDeniedException", message)

    @classmethod
    def resource_not_found(cls, message: str, *, status: int = 400) -> ApiError:
        """ResourceNotFoundException; 400 in the JSON protocols, 404 where a REST service says so."""
        return cls("ResourceNotFoundException", message, status=status)

    @classmethod
    def internal(cls, request_id: str) -> ApiError:
        """InternalServerError, 500: a fault of ours. The log has its traceback under the request id."""
        return cls("InternalServerError", f"Internal server error (request {request_id})", status=500)


class StoreError(Exception):
    """What the store reports to the floors above; never shown to a client as it is."""


class AlreadyExists(StoreError):
    """A resource of that kind, scope and name is there already."""


class Missing(StoreError):
    """There is no such resource, row or blob."""


class Outdated(StoreError):
    """A transaction went by something that another node has changed: a table's layout names a shard that is closed.

    An engine that keeps parsed documents beside other writers forgets them and runs the closure again. Where one
    process writes alone this does not happen. `held`: it was let through because others held a row for too long.
    """

    def __init__(self, text: str, *, held: bool = False) -> None:
        super().__init__(text)
        self.held = held


class Fenced(StoreError):
    """A lease was taken over by another holder; whatever its old holder wanted to save must not be saved."""
