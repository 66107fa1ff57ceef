"""Whose the other end of a connection is, as the kernel tells it."""

from __future__ import annotations

import os
import socket

import pytest

from tailrace.runtime.peers import held_by


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_connection_is_that_of_the_process_that_holds_it(family: socket.AddressFamily) -> None:
    """Java speaks IPv4 through sockets of IPv6."""
    if family == socket.AF_INET6 and not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("this machine has no IPv6")
    host = "127.0.0.1" if family == socket.AF_INET else "::ffff:127.0.0.1"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(family) as client:
        client.connect((host, server.getsockname()[1]))
        accepted, _ = server.accept()
        with accepted:
            near, far = accepted.getsockname(), accepted.getpeername()
            assert held_by(near, far, [os.getpid()])
            assert not held_by(near, far, [os.getppid()])
            assert not held_by(near, ("127.0.0.1", 1), [os.getpid()])
