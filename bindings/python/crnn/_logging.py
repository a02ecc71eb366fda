"""The library's messages, as log records."""

from __future__ import annotations

import logging
from typing import Callable, Dict, Optional

from . import _api

#: Takes a level of the `logging` module and a message.
LogCallback = Callable[[int, str], object]

logger = logging.getLogger("crnn")
logger.addHandler(logging.NullHandler())

_LEVELS: Dict[int, int] = {_api.LogLevel.WARNING: logging.WARNING, _api.LogLevel.INFO: logging.INFO}

_callback: Optional[LogCallback] = None


def _receive(level: int, message: bytes, _: Optional[int]) -> None:
    callback = _callback
    if callback is not None:
        callback(_LEVELS.get(level, logging.INFO), _api.decode(message))


# Kept for ever: a callback must not go while another thread may be in it.
_receiver = _api.log_callback(_receive)


def set_log_callback(callback: Optional[LogCallback]) -> None:
    """Sends the library's messages to `callback(level, message)`, with a level of the `logging` module.

    At import they are sent to the logger "crnn", as by `set_log_callback(logging.getLogger("crnn").log)`; None silences
    them. The callback may be called from any thread that calls the library, and must not call it.
    """
    global _callback
    _callback = callback
    _api.set_log_callback(_receiver, _api.LogLevel.INFO, None)


set_log_callback(logger.log)
