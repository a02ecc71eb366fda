"""The checksums of saved models, beside the xxhash package; golden files of every format version."""

from __future__ import annotations

import pathlib
import struct

import crnn
import numpy as np
import pytest
import small_models
import xxhash
from onnx import TensorProto, helper

GOLDEN = pathlib.Path(__file__).resolve().parents[3] / "Tests" / "fixtures" / "native"
SIZES = [1, 31, 32, 240, 241, 255, 256, 1023, 1024, 1025, 1088, 1089, 2048, 2049, 100_001]


@pytest.fixture
def saved(tmp_path: pathlib.Path) -> pathlib.Path:
    rng = np.random.default_rng(7)
    constants = {f"c{size}": rng.integers(0, 256, size, np.uint8) for size in SIZES}
    path = tmp_path / "sizes.crnn"
    crnn.Model(small_models.model(
        [helper.make_node("Identity", [name], [f"o{name}"]) for name in constants] +
        [helper.make_node("Add", ["x", f"oc{SIZES[0]}"], ["y"])],
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [None])],
        [helper.make_tensor_value_info(name, TensorProto.UINT8, [None])
         for name in ["y", *(f"oc{size}" for size in SIZES)]], constants)).save(path)
    return path


def tensors(file: bytes) -> list[tuple[int, int, int, int]]:
    """Where in the file each tensor's record is, and its offset, size and checksum."""
    stride, start, count = struct.unpack_from("<IQQ", file, 64 + 24 * 10 + 4)
    places = range(start, start + stride * count, stride)
    return [(place, *struct.unpack_from("<QQQ", file, place + 8)) for place in places]


def test_checksums_are_those_of_xxhash(saved: pathlib.Path) -> None:
    file = saved.read_bytes()
    assert struct.unpack_from("<II", file, 8) == (2, 2)
    assert {size for _, _, size, _ in tensors(file)} >= set(SIZES)
    for _, offset, size, checksum in tensors(file):
        data = file[offset:offset + size]
        assert checksum == (xxhash.xxh3_64_intdigest(data) if size > 240 else xxhash.xxh64_intdigest(data)), size


def test_any_changed_bit_is_found(saved: pathlib.Path) -> None:
    file = saved.read_bytes()
    rng = np.random.default_rng(8)
    for _, offset, size, _ in tensors(file):
        for place in {0, size - 1, *(int(place) for place in rng.integers(0, size, 4))}:
            damaged = bytearray(file)
            damaged[offset + place] ^= 1 << int(rng.integers(8))
            with pytest.raises(crnn.InvalidModelError, match="are damaged: their checksum does not match"):
                crnn.Model(bytes(damaged))


def test_version_1_has_xxh64_for_all(saved: pathlib.Path) -> None:
    file = bytearray(saved.read_bytes())
    struct.pack_into("<II", file, 8, 1, 1)
    for place, offset, size, _ in tensors(bytes(file)):
        struct.pack_into("<Q", file, place + 24, xxhash.xxh64_intdigest(bytes(file[offset:offset + size])))
    tables_end = struct.unpack_from("<Q", file, 24)[0]
    struct.pack_into("<Q", file, 32, xxhash.xxh64_intdigest(bytes(file[64:tables_end])))
    struct.pack_into("<Q", file, 56, xxhash.xxh64_intdigest(bytes(file[:56])))
    x = np.arange(5, dtype=np.uint8)
    old, new = crnn.Model(bytes(file)).run({"x": x}), crnn.Model(saved).run({"x": x})
    assert all(np.array_equal(a, b) for a, b in zip(old.values(), new.values()))


def test_a_golden_recogniser_of_version_1_runs() -> None:
    model = crnn.Model(GOLDEN / "version1-reader.crnn")
    scores, = model.run({"image": np.zeros((1, 1, 8, 12), np.float32)}).values()
    assert scores.shape == (12, 1, 2)
