"""Images of every kind as the library's `crnn_image`."""

from __future__ import annotations

import os
import struct
import sys
from typing import Any, Optional, Tuple

import numpy as np

from . import _api, _arguments
from ._errors import FileError, InvalidArgumentError, InvalidInputError
from ._tensors import address

_FORMATS = {
    "gray": _api.PixelFormat.GRAY,
    "rgb": _api.PixelFormat.RGB,
    "bgr": _api.PixelFormat.BGR,
    "rgba": _api.PixelFormat.RGBA,
}
_CHANNELS = {_api.PixelFormat.GRAY: 1, _api.PixelFormat.RGB: 3, _api.PixelFormat.BGR: 3, _api.PixelFormat.RGBA: 4}
_DEFAULT_FORMATS = {1: _api.PixelFormat.GRAY, 3: _api.PixelFormat.RGB, 4: _api.PixelFormat.RGBA}

#: Pillow's modes whose bytes the library takes as they are.
_NATIVE_MODES = ("L", "RGB", "RGBA")
#: What the others are converted to; 16-bit ones are scaled by hand.
_CONVERSIONS = {
    "1": "L",
    "P": "RGB",
    "LA": "RGBA",
    "PA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "CMYK": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
    "LAB": "RGB",
}

#: What Pillow raises for files that it cannot make sense of.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)


def native_image(source: Any, pixel_format: Optional[str]) -> Tuple[_api.image, np.ndarray]:
    """The struct for a path, a Pillow image or an array, and the array that its pixels belong to."""
    if isinstance(source, (str, os.PathLike)) or _is_pillow_image(source):
        if pixel_format is not None:
            raise InvalidArgumentError("pixel_format is for arrays; an image file or Pillow image says it by itself")
        array = _pillow_array(source if _is_pillow_image(source) else _open(source))
    elif isinstance(source, np.ndarray) or hasattr(source, "__array__") or hasattr(source, "__array_interface__"):
        array = np.asarray(source)
    else:
        raise TypeError(f"an image must be a path, a Pillow image or an array, not {type(source).__name__}")
    kind = _format(array, pixel_format)
    array = _with_packed_rows(array)
    height, width = array.shape[:2]
    native = _api.image(
        pixels=address(array),
        width=_arguments.int32(width, "the image's width"),
        height=_arguments.int32(height, "the image's height"),
        stride=array.strides[0],
        format=kind,
    )
    return native, array


def _format(array: np.ndarray, name: Optional[str]) -> int:
    if array.dtype != np.uint8:
        raise InvalidInputError(f"an image has elements of type uint8, not {array.dtype}")
    if array.ndim not in (2, 3):
        raise InvalidInputError(f"an image has shape H×W or H×W×C; this array has {array.ndim} dimensions")
    channels = 1 if array.ndim == 2 else array.shape[2]
    if name is None:
        if channels not in _DEFAULT_FORMATS:
            raise InvalidInputError(f"an image has 1, 3 or 4 channels; an array of shape {array.shape} has {channels}")
        return _DEFAULT_FORMATS[channels]
    if name not in _FORMATS:
        raise InvalidArgumentError(f"pixel_format is {name!r}; expected one of {', '.join(sorted(_FORMATS))}")
    kind = _FORMATS[name]
    if channels != _CHANNELS[kind]:
        raise InvalidInputError(f"{name} pixels have {_CHANNELS[kind]} channels; this array of shape {array.shape} has "
                                f"{channels}")
    return kind


def _with_packed_rows(array: np.ndarray) -> np.ndarray:
    """The array itself where pixels lie side by side within a row, rows being anywhere; else a copy."""
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    _, width, channels = array.shape
    packed = (
        array.size > 0
        and (channels == 1 or array.strides[2] == 1)
        and (width == 1 or array.strides[1] == channels)
        and abs(array.strides[0]) >= width * channels
    )
    return array if packed else array.copy(order="C")


def _is_pillow_image(source: Any) -> bool:
    # The module may be absent, or half imported in another thread; then `source` is none of its images.
    image = getattr(sys.modules.get("PIL.Image"), "Image", None)
    return image is not None and isinstance(source, image)


def _open(path: Any) -> Any:
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ImportError("reading an image file needs Pillow: pip install 'crnn[images]'") from error
    try:
        with Image.open(path) as image:
            image.load()
            return ImageOps.exif_transpose(image)
    except FileNotFoundError as error:
        raise FileError(f"{os.fsdecode(path)}: no such file") from error
    except (*_UNREADABLE, Image.DecompressionBombError) as error:
        raise FileError(f"{os.fsdecode(path)}: cannot be read as an image: {error}") from error


def _pillow_array(image: Any) -> np.ndarray:
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        image = image.convert("RGBA")
    elif image.mode.startswith("I"):
        # 16-bit gray, which Pillow's own conversion would clip at 255. Older versions of Pillow open such files
        # as mode I, which may hold 8-bit samples, too.
        samples: np.ndarray = np.asarray(image).clip(0, 0xFFFF)
        wide = image.mode != "I" or samples.max(initial=0) > 0xFF
        return (samples >> 8 if wide else samples).astype(np.uint8)
    elif image.mode not in _NATIVE_MODES:
        if image.mode not in _CONVERSIONS:
            raise InvalidInputError(f"Pillow's image mode {image.mode} has no 8-bit meaning; convert it to L or RGB")
        image = image.convert(_CONVERSIONS[image.mode])
    array: np.ndarray = np.asarray(image)
    return array
