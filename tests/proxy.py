"""A network that can be cut: a TCP proxy between a node and its database."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

_RESET = struct.pack("ii", 1, 0)  # closing sends RST, and nothing that still waits


class Proxy:
    """Forwards to the server of a URL. `cut` resets all connections and every new one, `swallow` takes connections and
    bytes without a word and hands nothing on until `heal`.
    """

    def __init__(self, url: str) -> None:
        self.direct = url
        self._parts = urlsplit(url)
        assert self._parts.hostname
        self._to = (self._parts.hostname, self._parts.port or 5432)
        self._flows = threading.Event()
        self._flows.set()
        self._cut = False
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The same database by way of this proxy."""
        who = (self._parts.netloc.rpartition("@")[0] + "@") if "@" in self._parts.netloc else ""
        port = self._listener.getsockname()[1]
        return urlunsplit(self._parts._replace(netloc=f"{who}127.0.0.1:{port}"))

    def cut(self) -> None:
        """Reset what is open, and whatever comes."""
        self._cut = True
        for each in list(self._open):
            self._reset(each)

    def swallow(self) -> None:
        """Let nothing through, and say nothing."""
        self._flows.clear()

    def heal(self) -> None:
        """Be a network again; what was swallowed arrives late."""
        self._cut = False
        self._flows.set()

    def close(self) -> None:
        """End."""
        self.cut()
        self._flows.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(ours,), daemon=True).start()

    def _serve(self, ours: socket.socket) -> None:
        with ours:
            self._open.add(ours)
            with suppress(OSError):
                if self._cut:
                    self._reset(ours)
                    return
                with socket.create_connection(self._to) as theirs:
                    self._open.add(theirs)
                    back = threading.Thread(target=self._pump, args=(theirs, ours), daemon=True)
                    back.start()
                    self._pump(ours, theirs)
                    back.join()
                    self._open.discard(theirs)
            self._open.discard(ours)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self._flows.wait()
                if self._cut:
                    break
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RD if self._cut else socket.SHUT_RDWR)

    def _reset(self, each: socket.socket) -> None:
        """Have its closing send RST, and whoever reads from it close it."""
        with suppress(OSError):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            each.shutdown(socket.SHUT_RD)
