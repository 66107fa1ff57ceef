"""What zlib-ng answers must be what any client's zlib says, and a machine without it must not miss it."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
import zlib

import pytest

from tailrace.base import compression

LENGTHS = (0, 1, 15, 16, 63, 64, 255, 1024, 5000, 100_000)
WITHOUT = """
import gzip, sys
sys.modules["zlib_ng"] = None
from tailrace.base import compression
assert compression.crc32(b"123456789") == 0xCBF43926
assert gzip.decompress(compression.gzip(b"x" * 5000)) == b"x" * 5000
print(compression.crc32.__self__.__name__)
"""


@pytest.mark.parametrize("length", LENGTHS)
def test_results_are_those_of_zlib(length: int) -> None:
    data = random.Random(length).randbytes(length)  # noqa: S311 - content
    assert compression.crc32(data) == zlib.crc32(data)
    assert compression.adler32(data) == zlib.adler32(data)
    assert gzip.decompress(compression.gzip(data)) == data


def test_json_is_compressed_no_worse_than_by_zlib() -> None:
    data = b",".join(b'{"pk":{"S":"user-%06d"},"n":{"N":"%d"}}' % (n, n * n) for n in range(1000))
    assert len(compression.gzip(data)) <= len(zlib.compress(data, 1, 31)) * 1.02


def test_without_zlib_ng_pythons_own_does() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("zlib\n", "")
