"""Mutants: a model file with something broken, by bytes or by fields."""

from __future__ import annotations

import random
import struct
from typing import List

import onnx
import xxhash
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from .corpus import Sample

NUMBERS = (0, 1, 2, 3, 7, 16, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40, 2**62,
           2**63 - 1, -1, -2, -7, -(2**31), -(2**63))
INTEGERS = {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT32,
            FieldDescriptor.CPPTYPE_UINT64, FieldDescriptor.CPPTYPE_ENUM}
FLOATS = {FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE}


def mutant(sample: Sample, others: List[Sample], chooser: random.Random) -> bytes:
    """A variant of a sample; now and then of several changes."""
    data = sample.data
    for _ in range(chooser.choice((1, 1, 1, 2, 3))):
        if chooser.random() < 0.6:
            data = fields(data, chooser) if sample.kind == "onnx" else records(data, chooser)
        else:
            data = chooser.choice((flipped, overwritten, truncated, cut, doubled, spliced))(data, others, chooser)
        if not data:
            break
    return data


# MARK: Bytes


def flipped(data: bytes, others: List[Sample], chooser: random.Random) -> bytes:
    result = bytearray(data)
    for _ in range(chooser.choice((1, 1, 2, 8))):
        result[chooser.randrange(len(result))] ^= 1 << chooser.randrange(8)
    return bytes(result)


def overwritten(data: bytes, others: List[Sample], chooser: random.Random) -> bytes:
    """A number of some width, at any place."""
    number = struct.pack("<q", chooser.choice(NUMBERS))[: chooser.choice((1, 2, 4, 8))]
    at = chooser.randrange(len(data))
    return (data[:at] + number + data[at + len(number) :])[: len(data)]


def truncated(data: bytes, others: List[Sample], chooser: random.Random) -> bytes:
    return data[: chooser.randrange(len(data))]


def cut(data: bytes, others: List[Sample], chooser: random.Random) -> bytes:
    at = chooser.randrange(len(data))
    return data[:at] + data[at + chooser.choice((1, 4, 8, 64, 1000)) :]


def doubled(data: bytes, others: List[Sample], chooser: random.Random) -> bytes:
    at = chooser.randrange(len(data))
    return data[:at] + data[at : at + chooser.choice((1, 4, 8, 64, 1000))] + data[at:]


def spliced(data: bytes, others: List[Sample], chooser: random.Random) -> bytes:
    """A stretch of another file over this one's bytes."""
    other = chooser.choice(others).data
    start, count = chooser.randrange(len(other)), chooser.choice((4, 16, 64, 1000))
    at = chooser.randrange(len(data))
    return data[:at] + other[start : start + count] + data[at + count :]


# MARK: Fields of ONNX


def fields(data: bytes, chooser: random.Random) -> bytes:
    """Another value, one less or one more in a field of any message of a model."""
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        return data
    messages = [model]
    for message in messages:
        for field, value in message.ListFields():
            if field.message_type:
                messages += list(value) if field.is_repeated else [value]
    for _ in range(10):
        # Tensors and types are many; every kind of message has its turn.
        kinds = sorted({type(message).__name__ for message in messages})
        kind = chooser.choice(kinds)
        message = chooser.choice([m for m in messages if type(m).__name__ == kind])
        present = [field for field, _ in message.ListFields()]
        field = chooser.choice(present if present and chooser.random() < 0.8 else message.DESCRIPTOR.fields)
        if _change(message, field, chooser):
            break
    return model.SerializeToString()


def _change(message: Message, field: FieldDescriptor, chooser: random.Random) -> bool:
    if field.is_repeated:
        return _change_list(getattr(message, field.name), field, chooser)
    if field.message_type or chooser.random() < 0.1:
        message.ClearField(field.name)
        return True
    setattr(message, field.name, _value(field, getattr(message, field.name), chooser))
    return True


def _change_list(values, field: FieldDescriptor, chooser: random.Random) -> bool:
    count = len(values)
    choice = chooser.randrange(4)
    if choice == 0 and count:
        del values[chooser.randrange(count)]
    elif choice == 1 and count > 1:
        one, other = chooser.randrange(count), chooser.randrange(count)
        if field.message_type:
            values[one].CopyFrom(type(values[other]).FromString(values[other].SerializeToString()))
        else:
            values[one], values[other] = values[other], values[one]
    elif field.message_type:
        if count:
            values.add().CopyFrom(values[chooser.randrange(count)])
        else:
            values.add()
    elif choice == 2 and count:
        at = chooser.randrange(count)
        values[at] = _value(field, values[at], chooser)
    else:
        values.append(_value(field, values[0] if count else field.default_value or None, chooser))
    return True


def _value(field: FieldDescriptor, old, chooser: random.Random):
    if field.cpp_type in INTEGERS:
        if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
            return chooser.choice([value.number for value in field.enum_type.values])
        signed = field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64)
        bits = 32 if field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32) else 64
        number = chooser.choice(NUMBERS) if chooser.random() < 0.7 else int(old or 0) + chooser.choice((-1, 1))
        number %= 1 << bits
        return number - (1 << bits) if signed and number >= 1 << (bits - 1) else number
    if field.cpp_type in FLOATS:
        return chooser.choice((0.0, -1.0, 0.5, 1e30, -1e30, 1e-40, float("inf"), float("-inf"), float("nan")))
    if field.type == FieldDescriptor.TYPE_BYTES:
        old = bytes(old or b"\0")
        return chooser.choice((b"", old[:-1], old + b"\0", old[: len(old) // 2], b"\xff" * 8))
    old = str(old or "x")
    return chooser.choice(("", old + "x", old[:-1], old[::-1], "x" * 5000, "LSTM", "Loop", "com.microsoft"))


# MARK: Records of the native format


def records(data: bytes, chooser: random.Random) -> bytes:
    """A number in the header, the directory or a table, with the checksums of a whole file."""
    if len(data) < 128:
        return data
    result = bytearray(data)
    end = min(max(struct.unpack_from("<Q", data, 24)[0], 128), len(data))
    width = chooser.choice((4, 4, 8))
    at = chooser.randrange(8, min(chooser.choice((64, 64 + 24 * 12, end, end, end)), end) - 8) // width * width
    old = int.from_bytes(result[at : at + width], "little")
    number = chooser.choice(NUMBERS) if chooser.random() < 0.5 else old + chooser.choice((-1, 1, 4, 8, 64))
    result[at : at + width] = (number % (1 << 8 * width)).to_bytes(width, "little")
    end = min(struct.unpack_from("<Q", result, 24)[0], len(result))
    struct.pack_into("<Q", result, 32, xxhash.xxh64_intdigest(bytes(result[64:end])))
    struct.pack_into("<Q", result, 56, xxhash.xxh64_intdigest(bytes(result[:56])))
    return bytes(result)
