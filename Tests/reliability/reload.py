"""The library opened and closed again and again."""

from __future__ import annotations

import _ctypes
import ctypes
import os
import threading

from . import common

ROUNDS = 1_000


def reloaded(scale: float) -> str:
    """dlopen, a model opened and released, dlclose; no memory, thread or mapping is left."""
    path = os.environ["CRNN_LIBRARY"].encode()
    rounds = max(20, int(ROUNDS * scale))
    warm = mappings = 0.0
    for index in range(rounds):
        library = ctypes.CDLL(path.decode())
        model = ctypes.c_void_p()
        library.crnn_last_error.restype = ctypes.c_char_p
        status = library.crnn_model_open(bytes(common.READER), None, ctypes.byref(model))
        assert status == 0, library.crnn_last_error()
        library.crnn_model_release(model)
        _ctypes.dlclose(library._handle)
        if index == rounds // 10:
            warm, mappings = common.resident(), count_mappings()
    final = common.resident()
    text = f"{rounds:,} times; {warm:.1f} MB, {final:.1f} MB in the end; {count_mappings()} mappings"
    assert final < warm + 2 and count_mappings() <= mappings + 2 and threading.active_count() == 1, text
    return text


def count_mappings() -> int:
    with open("/proc/self/maps", encoding="ascii") as file:
        return sum(1 for _ in file)
