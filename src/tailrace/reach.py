"""Floor 5: how the command line talks to a running server: with boto, like everybody else."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import click

from tailrace.wire.model import OWN_MODELS


class NoAnswer(click.ClickException):
    """The server has no answer; the text says why."""


class Reached(NamedTuple):
    """Where a server answers, and the key to ask it with."""

    endpoint: str
    access_key_id: str
    secret_access_key: str
    region: str
    authority: str | None = None
    """The file with the certificate to trust, where the public doesn't know who signed it."""


@cache
def client(reached: Reached, service: str = "tailrace") -> Any:
    """A boto client, which knows Tailrace's own API too."""
    import botocore.session  # half a second that `tailrace serve` doesn't need

    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.append(str(OWN_MODELS))
    return session.create_client(
        service,
        region_name=reached.region,
        endpoint_url=reached.endpoint,
        verify=reached.authority,
        aws_access_key_id=reached.access_key_id,
        aws_secret_access_key=reached.secret_access_key,
    )


def ask(reached: Reached, operation: str, **request: Any) -> dict[str, Any]:
    """The answer of an operation of Tailrace's own API. Raises NoAnswer with the server's words, or why none came."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = getattr(client(reached), operation)(**request)
    except ClientError as error:
        raise NoAnswer(error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise NoAnswer(str(error)) from error
    return answer
