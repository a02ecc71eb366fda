"""Damage to the files that decoders read in place."""

from __future__ import annotations

import random
import struct
from typing import Tuple

from xxh64 import xxh64


def table(file: bytes, index: int) -> Tuple[int, int]:
    """Where a table begins and ends."""
    offset, size = struct.unpack_from("<QQ", file, 48 + 24 * index)
    return offset, offset + size


def with_checksums(file: bytearray) -> bytes:
    """The same with checksums that are right."""
    count = struct.unpack_from("<I", file, 24)[0]
    for index in range(count):
        start, end = table(file, index)
        struct.pack_into("<Q", file, 48 + 24 * index + 16, xxh64(bytes(file[start:end])))
    end = 48 + 24 * count
    struct.pack_into("<Q", file, end, xxh64(bytes(file[:end])))
    return bytes(file)


def damaged(file: bytes, rng: random.Random) -> bytes:
    """Numbers changed in one table, in its place in the file, or in the header's parameters; checksums are right."""
    result = bytearray(file)
    count = struct.unpack_from("<I", file, 24)[0]
    index = rng.randrange(-2, count)
    start, end = table(file, index) if index >= 0 else (28, 48)
    value = rng.choice((0, 1, 2, 3, 5, 100, 2**31 - 1, 2**31, 2**32 - 1, rng.getrandbits(32), rng.randrange(50)))
    if index == -2:
        place = 48 + 8 * rng.randrange(3 * count)
        struct.pack_into("<Q", result, place, rng.choice((value, 64 * (value % 100), 2**63, 2**64 - 64)))
        try:
            return with_checksums(result)
        except (struct.error, OverflowError, IndexError):
            return bytes(result)
    for _ in range(rng.choice((1, 1, 1, 3, 30)) if end - start >= 4 else 0):
        struct.pack_into("<I", result, start + 4 * rng.randrange((end - start) // 4), value)
        value = rng.choice((value, rng.randrange(50), rng.getrandbits(32)))
    return with_checksums(result)
