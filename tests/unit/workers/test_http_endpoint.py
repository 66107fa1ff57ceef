"""Whom the server calls for its subscribers, and whom it doesn't."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tailrace.workers.http_endpoint import HttpEndpoints, Refused, guarded_socket


def address(text: str) -> tuple[Any, ...]:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return (family, socket.SOCK_STREAM, 0, "", (text, 80))


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1%lo", "224.0.0.1", "0.0.0.0", "::", "ff02::1"]
)
def test_addresses_of_the_cloud_and_of_no_machine_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        guarded_socket(address(text))


@pytest.mark.parametrize("text", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "93.184.216.34"])
def test_what_developers_run_may_be_called(text: str) -> None:
    guarded_socket(address(text)).close()


async def test_a_refused_address_is_an_error_of_the_network() -> None:
    endpoints = HttpEndpoints()
    with pytest.raises(OSError, match=r"169\.254\.169\.254"):
        await endpoints.post("http://169.254.169.254/latest/meta-data/", {}, b"")
    await endpoints.close()
