"""XXH64 with seed 0, by its specification: for files that are damaged and yet have the right checksums."""

from __future__ import annotations

import struct

MASK = 2**64 - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
                      0x27D4EB2F165667C5)


def rotate(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & MASK


def mix(lane: int, value: int) -> int:
    return rotate((lane + value * P2) & MASK, 31) * P1 & MASK


def xxh64(data: bytes) -> int:
    length, position, hash = len(data), 0, P5
    if length >= 32:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while length - position >= 32:
            lanes = [mix(lane, value) for lane, value in zip(lanes, struct.unpack_from("<4Q", data, position))]
            position += 32
        hash = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            hash = ((hash ^ mix(0, lane)) * P1 + P4) & MASK
    hash = (hash + length) & MASK
    while length - position >= 8:
        hash = (rotate(hash ^ mix(0, struct.unpack_from("<Q", data, position)[0]), 27) * P1 + P4) & MASK
        position += 8
    if length - position >= 4:
        hash = (rotate(hash ^ struct.unpack_from("<I", data, position)[0] * P1 & MASK, 23) * P2 + P3) & MASK
        position += 4
    for byte in data[position:]:
        hash = rotate(hash ^ byte * P5 & MASK, 11) * P1 & MASK
    hash = (hash ^ hash >> 33) * P2 & MASK
    hash = (hash ^ hash >> 29) * P3 & MASK
    return hash ^ hash >> 32
