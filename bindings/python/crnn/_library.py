"""Finds and loads libcrnn."""

from __future__ import annotations

import ctypes
import os
import pathlib
from typing import List, Optional

ENVIRONMENT_VARIABLE = "CRNN_LIBRARY"

#: CRNN_ABI_VERSION of the header that `_api` was written from.
ABI_VERSION = 1

_NAMES = ("libcrnn.so", "libcrnn.so.0")


def _first_library(folder: pathlib.Path) -> Optional[pathlib.Path]:
    for name in _NAMES:
        if (folder / name).is_file():
            return folder / name
    return next(iter(sorted(folder.glob("libcrnn.so.*"))), None)


def search_folders(package: pathlib.Path) -> List[pathlib.Path]:
    """Where a library is looked for: inside the package, then in dist/lib of the checkout that holds it."""
    folders = [package / "lib"]
    for parent in package.parents:
        if (parent / "include" / "crnn.h").is_file():
            folders.append(parent / "dist" / "lib")
    return folders


def find() -> str:
    """The library to load: $CRNN_LIBRARY where set, else the first one in `search_folders`.

    Raises ImportError, naming every place, when there is none.
    """
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen:
        return chosen
    folders = search_folders(pathlib.Path(__file__).resolve().parent)
    for folder in folders:
        library = _first_library(folder)
        if library is not None:
            return str(library)
    places = ", ".join(str(folder) for folder in folders)
    raise ImportError(
        f"libcrnn.so was not found (looked in {places}); build it with `make` in a checkout of crnn and install "
        f"this package again, or set {ENVIRONMENT_VARIABLE} to the library's path"
    )


def load() -> ctypes.CDLL:
    """Loads the library and checks that it is new enough. Raises ImportError."""
    path = find()
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        origin = f" (set by {ENVIRONMENT_VARIABLE})" if os.environ.get(ENVIRONMENT_VARIABLE) else ""
        raise ImportError(f"cannot load libcrnn from {path}{origin}: {error}") from error
    try:
        version = library.crnn_abi_version
    except AttributeError as error:
        raise ImportError(f"{path} is not libcrnn: it has no function crnn_abi_version") from error
    version.restype, version.argtypes = ctypes.c_int32, ()
    if version() < ABI_VERSION:
        raise ImportError(
            f"{path} has ABI version {version()}, this package needs {ABI_VERSION} or later: use a newer libcrnn"
        )
    return library
