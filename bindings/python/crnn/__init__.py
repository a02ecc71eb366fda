"""A runtime for convolutional recurrent neural networks (convolution -> LSTM/GRU/RNN -> CTC).

    >>> import crnn
    >>> model = crnn.Model("reader.onnx")
    >>> reading = model.read("line.png")
    >>> print(reading.text, reading.confidence)
"""

from __future__ import annotations

from . import _api, ctc
from ._errors import (
    BusyError,
    Error,
    FileError,
    InvalidArgumentError,
    InvalidHandleError,
    InvalidInputError,
    InvalidMetadataError,
    InvalidModelError,
    LimitExceededError,
    OutOfMemoryError,
    Status,
    UnsupportedError,
)
from ._logging import LogCallback, set_log_callback
from ._metadata import Metadata
from ._metrics import cer, wer
from ._model import Model, ModelInfo, NodeSpec
from ._profile import Profile, ProfileEntry
from ._reading import Character, Reading
from ._session import Session, SessionInfo
from ._tensors import TensorSpec

__version__ = "0.1.0"

__all__ = [
    "BusyError",
    "Character",
    "Error",
    "FileError",
    "InvalidArgumentError",
    "InvalidHandleError",
    "InvalidInputError",
    "InvalidMetadataError",
    "InvalidModelError",
    "LimitExceededError",
    "LogCallback",
    "Metadata",
    "Model",
    "ModelInfo",
    "NodeSpec",
    "OutOfMemoryError",
    "Profile",
    "ProfileEntry",
    "Reading",
    "Session",
    "SessionInfo",
    "Status",
    "TensorSpec",
    "UnsupportedError",
    "cer",
    "ctc",
    "instruction_set",
    "set_log_callback",
    "version",
    "wer",
]


def version() -> str:
    """Version of the loaded library, "major.minor.patch"."""
    return _api.decode(_api.version())


def instruction_set() -> str:
    """The instruction set that the library uses on this processor: "avx512", "avx2" or "baseline"."""
    return _api.decode(_api.instruction_set())
