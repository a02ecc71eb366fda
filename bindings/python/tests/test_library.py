"""Finding and loading the shared library."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
from typing import Dict, Optional

import pytest

import crnn
from crnn import _api, _library

PACKAGE = pathlib.Path(crnn.__file__).resolve().parent
LIBRARY = pathlib.Path(_api._library._name)


def import_in(root: pathlib.Path, library: Optional[str] = None) -> "subprocess.CompletedProcess[str]":
    """Imports the copy of the package under `root` in a process of its own and prints which library it has."""
    environment: Dict[str, str] = {key: value for key, value in os.environ.items() if key != "CRNN_LIBRARY"}
    environment["PYTHONPATH"] = str(root)
    if library is not None:
        environment["CRNN_LIBRARY"] = library
    code = "import crnn; from crnn import _api; print(crnn.__file__, _api._library._name, sep='\\n')"
    return subprocess.run([sys.executable, "-c", code], env=environment, cwd=root, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)


@pytest.fixture
def package_copy(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder that holds the package's Python files alone, where a checkout would have them."""
    root = tmp_path / "checkout" / "bindings" / "python"
    shutil.copytree(PACKAGE, root / "crnn", ignore=shutil.ignore_patterns("lib", "__pycache__"))
    return root


def loaded(result: "subprocess.CompletedProcess[str]") -> pathlib.Path:
    assert result.returncode == 0, result.stderr
    return pathlib.Path(result.stdout.splitlines()[1])


def test_inside_the_package(package_copy: pathlib.Path) -> None:
    (package_copy / "crnn" / "lib").mkdir()
    target = package_copy / "crnn" / "lib" / "libcrnn.so"
    shutil.copy(LIBRARY, target)
    assert loaded(import_in(package_copy)) == target


def test_in_a_checkout(package_copy: pathlib.Path) -> None:
    checkout = package_copy.parents[1]
    (checkout / "include").mkdir()
    (checkout / "include" / "crnn.h").touch()
    (checkout / "dist" / "lib").mkdir(parents=True)
    target = checkout / "dist" / "lib" / "libcrnn.so.0"
    shutil.copy(LIBRARY, target)
    assert loaded(import_in(package_copy)) == target


def test_environment_comes_first(package_copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (package_copy / "crnn" / "lib").mkdir()
    (package_copy / "crnn" / "lib" / "libcrnn.so").write_text("not a library")
    chosen = tmp_path / "chosen.so"
    shutil.copy(LIBRARY, chosen)
    assert loaded(import_in(package_copy, str(chosen))) == chosen


def test_missing(package_copy: pathlib.Path) -> None:
    result = import_in(package_copy)
    assert result.returncode != 0
    assert "ImportError: libcrnn.so was not found" in result.stderr
    assert str(package_copy / "crnn" / "lib") in result.stderr
    assert "CRNN_LIBRARY" in result.stderr and "make" in result.stderr


def test_environment_names_nothing(package_copy: pathlib.Path) -> None:
    result = import_in(package_copy, "/nonexistent/libcrnn.so")
    assert result.returncode != 0
    assert "ImportError: cannot load libcrnn from /nonexistent/libcrnn.so (set by CRNN_LIBRARY)" in result.stderr


def test_another_library(package_copy: pathlib.Path) -> None:
    result = import_in(package_copy, "libm.so.6")
    assert result.returncode != 0
    assert "ImportError: libm.so.6 is not libcrnn" in result.stderr


def test_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_library, "ABI_VERSION", 10**6)
    with pytest.raises(ImportError, match="ABI version .* needs 1000000 or later"):
        _library.load()


def test_versions() -> None:
    assert crnn.version().count(".") == 2
    assert crnn.version().split(".")[:2] == crnn.__version__.split(".")[:2]
    assert crnn.instruction_set() in ("avx512", "avx2", "baseline")
