"""The raw layer: the structs and functions of crnn.h, declared once.

Names are the header's without their `crnn_` prefix. A function that returns a `crnn_status` raises `crnn.Error` here
when it fails; everything else is as in C, and so are the rules of ownership.
"""

from __future__ import annotations

import ctypes
import enum
from ctypes import POINTER, Structure, c_char_p, c_double, c_float, c_int, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from typing import Any, Dict, Tuple

from ._errors import Status, error
from ._library import load


class Type(enum.IntEnum):
    """Element types, numbered as in ONNX."""

    FLOAT32 = 1
    UINT8 = 2
    INT8 = 3
    UINT16 = 4
    INT16 = 5
    INT32 = 6
    INT64 = 7
    BOOL = 9
    FLOAT16 = 10
    FLOAT64 = 11
    UINT32 = 12
    UINT64 = 13
    BFLOAT16 = 16


class PixelFormat(enum.IntEnum):
    """How the bytes of a pixel are to be read."""

    GRAY = 1
    RGB = 2
    BGR = 3
    RGBA = 4


class ScoreKind(enum.IntEnum):
    """What the numbers of a CTC output are."""

    LOG_PROBABILITIES = 1
    PROBABILITIES = 2
    LOGITS = 3


class LogLevel(enum.IntEnum):
    """How urgent a message is."""

    WARNING = 1
    INFO = 2


class TextUnit(enum.IntEnum):
    CHARACTERS = 1
    WORDS = 2


class _Sized(Structure):
    """A struct that may grow: its first member, `size`, is filled in."""

    def __init__(self, **members: Any) -> None:
        super().__init__(size=ctypes.sizeof(type(self)), **members)


class tensor_spec(Structure):
    _fields_ = [("name", c_char_p), ("shape", POINTER(c_int64)), ("rank", c_int32), ("type", c_int)]


class tensor(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("shape", POINTER(c_int64)),
        ("data", c_void_p),
        ("byte_count", c_size_t),
        ("rank", c_int32),
        ("type", c_int),
    ]


class model_options(_Sized):
    _fields_ = [("size", c_size_t), ("copy_file", c_int32), ("node_limit", c_int32), ("memory_limit", c_int64)]


class node_spec(Structure):
    _fields_ = [("name", c_char_p), ("operator_type", c_char_p), ("domain", c_char_p), ("opset", c_int64)]


class model_info(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("format", c_char_p),
        ("parameter_count", c_uint64),
        ("parameter_bytes", c_uint64),
        ("memory_bytes", c_uint64),
        ("mapped_bytes", c_uint64),
    ]


class session_options(_Sized):
    _fields_ = [("size", c_size_t), ("threads", c_int32), ("plan_capacity", c_int32),
                ("loop_limit", c_int64), ("exact", c_int32), ("profile", c_int32), ("memory_limit", c_int64)]


class session_info(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("memory_bytes", c_uint64),
        ("plan_count", c_uint64),
        ("plans_built", c_uint64),
        ("threads", c_int32),
        ("reserved", c_int32),
    ]


class profile_entry(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("step", c_char_p),
        ("node", c_char_p),
        ("operator_type", c_char_p),
        ("calls", c_uint64),
        ("nanoseconds", c_uint64),
        ("flops", c_uint64),
        ("bytes", c_uint64),
    ]


class image(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("pixels", c_void_p),
        ("width", c_int32),
        ("height", c_int32),
        ("stride", ctypes.c_ssize_t),
        ("format", c_int),
        ("reserved", c_int32),
    ]


class character(Structure):
    _fields_ = [
        ("text", c_char_p),
        ("label", c_int32),
        ("confidence", c_float),
        ("first_frame", c_int32),
        ("frame_count", c_int32),
        ("x", c_float),
        ("width", c_float),
    ]


class reading(Structure):
    _fields_ = [
        ("text", c_char_p),
        ("characters", POINTER(character)),
        ("character_count", c_size_t),
        ("confidence", c_float),
        ("frame_count", c_int32),
        ("words", c_void_p),
        ("word_count", c_size_t),
    ]


class read_options(_Sized):
    _fields_ = [("size", c_size_t), ("decoder", c_void_p)]


class ctc_options(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("labels", POINTER(c_char_p)),
        ("label_count", c_size_t),
        ("blank", c_int32),
        ("kind", c_int),
    ]


class ctc_span(Structure):
    _fields_ = [("token", c_int32), ("first_frame", c_int32), ("frame_count", c_int32), ("score", c_float)]


class language_model_info(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("order", c_int32),
        ("is_character_model", c_int32),
        ("word_count", c_uint64),
        ("ngram_count", c_uint64),
        ("byte_count", c_uint64),
    ]


class lexicon_info(_Sized):
    _fields_ = [("size", c_size_t), ("word_count", c_uint64), ("byte_count", c_uint64)]


class hotword(Structure):
    _fields_ = [("text", c_char_p), ("boost", c_float), ("anywhere", c_int32)]


score_callback = ctypes.CFUNCTYPE(c_float, c_uint64, c_char_p, POINTER(c_uint64), c_void_p)


class beam_options(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("width", c_int32),
        ("token_count", c_int32),
        ("token_min_log_probability", c_float),
        ("alpha", c_float),
        ("beta", c_float),
        ("unknown_score", c_float),
        ("language_model", c_void_p),
        ("scorer", score_callback),
        ("scorer_data", c_void_p),
        ("scorer_unit", c_int),
        ("continues_sentence", c_int32),
        ("unfinished_sentence", c_int32),
        ("lexicon_penalty", c_float),
        ("lexicon", c_void_p),
        ("hotwords", POINTER(hotword)),
        ("hotword_count", c_size_t),
    ]


class word(Structure):
    _fields_ = [
        ("text_start", c_int32),
        ("text_size", c_int32),
        ("first_token", c_int32),
        ("token_count", c_int32),
        ("confidence", c_float),
    ]


class hypothesis(Structure):
    _fields_ = [
        ("text", c_char_p),
        ("tokens", POINTER(ctc_span)),
        ("confidences", POINTER(c_float)),
        ("token_count", c_size_t),
        ("words", POINTER(word)),
        ("word_count", c_size_t),
        ("score", c_double),
        ("acoustic", c_double),
        ("language", c_double),
        ("bonus", c_double),
        ("confidence", c_float),
        ("reserved", c_int32),
    ]


class hypotheses(Structure):
    _fields_ = [("items", POINTER(hypothesis)), ("count", c_size_t)]


class decode_options(_Sized):
    _fields_ = [
        ("size", c_size_t),
        ("hypothesis_count", c_int32),
        ("time_major", c_int32),
        ("lengths", POINTER(c_int32)),
        ("hotwords", POINTER(hotword)),
        ("hotword_count", c_size_t),
    ]


log_callback = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)

#: Marks a function that returns a crnn_status, which is checked.
_STATUS = object()

_HANDLE = c_void_p
_OUT_HANDLE = POINTER(c_void_p)
_OUT_READING = POINTER(POINTER(reading))

#: Name without its prefix -> (result, arguments).
FUNCTIONS: Dict[str, Tuple[Any, Tuple[Any, ...]]] = {
    "version": (c_char_p, ()),
    "abi_version": (c_int32, ()),
    "instruction_set": (c_char_p, ()),
    "status_name": (c_char_p, (c_int,)),
    "last_error": (c_char_p, ()),
    "set_log_callback": (None, (log_callback, c_int, c_void_p)),
    "type_size": (c_size_t, (c_int,)),
    "model_open": (_STATUS, (c_char_p, POINTER(model_options), _OUT_HANDLE)),
    "model_open_memory": (_STATUS, (c_void_p, c_size_t, POINTER(model_options), _OUT_HANDLE)),
    "model_release": (None, (_HANDLE,)),
    "model_save": (_STATUS, (_HANDLE, c_char_p)),
    "model_input_count": (c_size_t, (_HANDLE,)),
    "model_output_count": (c_size_t, (_HANDLE,)),
    "model_input": (_STATUS, (_HANDLE, c_size_t, POINTER(tensor_spec))),
    "model_output": (_STATUS, (_HANDLE, c_size_t, POINTER(tensor_spec))),
    "model_metadata_count": (c_size_t, (_HANDLE,)),
    "model_metadata_key": (c_char_p, (_HANDLE, c_size_t)),
    "model_metadata": (c_char_p, (_HANDLE, c_char_p)),
    "model_set_metadata": (_STATUS, (_HANDLE, c_char_p, c_char_p)),
    "model_node_count": (c_size_t, (_HANDLE,)),
    "model_node": (_STATUS, (_HANDLE, c_size_t, POINTER(node_spec))),
    "model_get_info": (_STATUS, (_HANDLE, POINTER(model_info))),
    "session_create": (_STATUS, (_HANDLE, POINTER(session_options), _OUT_HANDLE)),
    "session_release": (None, (_HANDLE,)),
    "session_run": (_STATUS, (_HANDLE, POINTER(tensor), c_size_t, POINTER(tensor), c_size_t)),
    "session_get_info": (_STATUS, (_HANDLE, POINTER(session_info))),
    "session_profile_count": (c_size_t, (_HANDLE,)),
    "session_profile": (_STATUS, (_HANDLE, c_size_t, POINTER(profile_entry))),
    "session_profile_reset": (_STATUS, (_HANDLE,)),
    "session_read_image": (_STATUS, (_HANDLE, POINTER(image), POINTER(read_options), _OUT_READING)),
    "reading_free": (None, (POINTER(reading),)),
    "ctc_greedy": (_STATUS, (c_void_p, c_size_t, c_size_t, POINTER(ctc_options), _OUT_READING)),
    "ctc_loss": (_STATUS, (c_void_p, c_size_t, c_size_t, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p,
                           POINTER(ctc_options), c_void_p, c_void_p)),
    "ctc_score": (_STATUS, (c_void_p, c_size_t, c_size_t, c_void_p, c_size_t, POINTER(ctc_options),
                            POINTER(c_double))),
    "ctc_align": (_STATUS, (c_void_p, c_size_t, c_size_t, c_void_p, c_size_t, POINTER(ctc_options),
                            POINTER(ctc_span), POINTER(c_double))),
    "decoder_create": (_STATUS, (POINTER(ctc_options), POINTER(beam_options), _OUT_HANDLE)),
    "decoder_release": (None, (_HANDLE,)),
    "decoder_decode": (_STATUS, (_HANDLE, POINTER(tensor), POINTER(decode_options), POINTER(POINTER(hypotheses)))),
    "decoder_stream_create": (_STATUS, (_HANDLE, c_size_t, POINTER(decode_options), _OUT_HANDLE)),
    "decoder_stream_release": (None, (_HANDLE,)),
    "decoder_stream_push": (_STATUS, (_HANDLE, POINTER(tensor))),
    "decoder_stream_best": (_STATUS, (_HANDLE, c_size_t, POINTER(POINTER(hypotheses)))),
    "decoder_stream_stable": (_STATUS, (_HANDLE, POINTER(c_char_p), POINTER(POINTER(c_int32)), POINTER(c_size_t))),
    "hypotheses_free": (None, (POINTER(hypotheses),)),
    "language_model_open": (_STATUS, (c_char_p, POINTER(model_options), _OUT_HANDLE)),
    "language_model_release": (None, (_HANDLE,)),
    "language_model_get_info": (_STATUS, (_HANDLE, POINTER(language_model_info))),
    "language_model_score": (_STATUS, (_HANDLE, c_char_p, c_int32, c_int32, POINTER(c_double))),
    "lexicon_open": (_STATUS, (c_char_p, POINTER(model_options), _OUT_HANDLE)),
    "lexicon_create": (_STATUS, (c_char_p, c_size_t, _OUT_HANDLE)),
    "lexicon_release": (None, (_HANDLE,)),
    "lexicon_save": (_STATUS, (_HANDLE, c_char_p)),
    "lexicon_get_info": (_STATUS, (_HANDLE, POINTER(lexicon_info))),
    "lexicon_contains": (_STATUS, (_HANDLE, c_char_p, POINTER(c_int32))),
    "edit_distance": (_STATUS, (c_char_p, c_char_p, c_int, POINTER(c_size_t), POINTER(c_size_t))),
}


def _check(status: int, function: Any, arguments: Any) -> int:
    if status:
        raise failure(status)
    return status


def failure(status: int) -> Exception:
    """The exception for what this thread's last call returned."""
    return error(status, decode(last_error()))


def _declare(library: ctypes.CDLL, name: str) -> Any:
    result, arguments = FUNCTIONS[name]
    try:
        function = getattr(library, f"crnn_{name}")
    except AttributeError as missing:
        raise ImportError(f"{library._name} lacks the function crnn_{name}") from missing
    function.argtypes = arguments
    function.restype = c_int if result is _STATUS else result
    if result is _STATUS:
        function.errcheck = _check
    return function


def decode(text: bytes) -> str:
    """A string of the library, which is UTF-8."""
    return text.decode("utf-8", "replace")


_library = load()

version = _declare(_library, "version")
abi_version = _declare(_library, "abi_version")
instruction_set = _declare(_library, "instruction_set")
status_name = _declare(_library, "status_name")
last_error = _declare(_library, "last_error")
set_log_callback = _declare(_library, "set_log_callback")
type_size = _declare(_library, "type_size")
model_open = _declare(_library, "model_open")
model_open_memory = _declare(_library, "model_open_memory")
model_release = _declare(_library, "model_release")
model_save = _declare(_library, "model_save")
model_input_count = _declare(_library, "model_input_count")
model_output_count = _declare(_library, "model_output_count")
model_input = _declare(_library, "model_input")
model_output = _declare(_library, "model_output")
model_metadata_count = _declare(_library, "model_metadata_count")
model_metadata_key = _declare(_library, "model_metadata_key")
model_metadata = _declare(_library, "model_metadata")
model_set_metadata = _declare(_library, "model_set_metadata")
model_node_count = _declare(_library, "model_node_count")
model_node = _declare(_library, "model_node")
model_get_info = _declare(_library, "model_get_info")
session_create = _declare(_library, "session_create")
session_release = _declare(_library, "session_release")
session_run = _declare(_library, "session_run")
#: The same for arguments that are C's already, unchecked: it returns the status.
session_run_again = _library["crnn_session_run"]
session_get_info = _declare(_library, "session_get_info")
session_profile_count = _declare(_library, "session_profile_count")
session_profile = _declare(_library, "session_profile")
session_profile_reset = _declare(_library, "session_profile_reset")
session_read_image = _declare(_library, "session_read_image")
reading_free = _declare(_library, "reading_free")
ctc_greedy = _declare(_library, "ctc_greedy")
ctc_loss = _declare(_library, "ctc_loss")
ctc_score = _declare(_library, "ctc_score")
ctc_align = _declare(_library, "ctc_align")
language_model_open = _declare(_library, "language_model_open")
language_model_release = _declare(_library, "language_model_release")
language_model_get_info = _declare(_library, "language_model_get_info")
language_model_score = _declare(_library, "language_model_score")
lexicon_open = _declare(_library, "lexicon_open")
lexicon_create = _declare(_library, "lexicon_create")
lexicon_release = _declare(_library, "lexicon_release")
lexicon_save = _declare(_library, "lexicon_save")
lexicon_get_info = _declare(_library, "lexicon_get_info")
lexicon_contains = _declare(_library, "lexicon_contains")
edit_distance = _declare(_library, "edit_distance")
decoder_create = _declare(_library, "decoder_create")
decoder_release = _declare(_library, "decoder_release")
decoder_decode = _declare(_library, "decoder_decode")
decoder_stream_create = _declare(_library, "decoder_stream_create")
decoder_stream_release = _declare(_library, "decoder_stream_release")
decoder_stream_push = _declare(_library, "decoder_stream_push")
decoder_stream_best = _declare(_library, "decoder_stream_best")
decoder_stream_stable = _declare(_library, "decoder_stream_stable")
hypotheses_free = _declare(_library, "hypotheses_free")
