"""The wheel: what is in it, and that it works on its own."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

import small_models
from crnn import _api


def build_wheel(checkout: pathlib.Path, root: pathlib.Path, with_library: bool) -> pathlib.Path:
    """Builds in a copy of the checkout, so that the real one stays as it is."""
    setuptools = pytest.importorskip("setuptools", minversion="70.1")
    assert setuptools
    project = root / "bindings" / "python"
    shutil.copytree(checkout / "bindings" / "python", project,
                    ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "tests"))
    if with_library:
        library = root / "dist" / "lib" / "libcrnn.so"
        library.parent.mkdir(parents=True)
        shutil.copy(_api._library._name, library)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
               "--disable-pip-version-check", "-w", str(root / "wheels"), str(project)]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert result.returncode == 0, result.stdout
    (wheel,) = (root / "wheels").glob("*.whl")
    return wheel


def test_wheel_with_the_library(checkout: pathlib.Path, tmp_path: pathlib.Path, bars_path: pathlib.Path) -> None:
    wheel = build_wheel(checkout, tmp_path / "checkout", with_library=True)
    assert wheel.name.startswith("crnn-0.1.0-py3-none-linux_")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    assert {"crnn/__init__.py", "crnn/py.typed", "crnn/lib/libcrnn.so"} <= names
    assert not any(name.startswith(("tests", "build")) for name in names)

    environment = {key: value for key, value in os.environ.items() if key != "CRNN_LIBRARY"}
    environment["PYTHONPATH"] = str(tmp_path / "installed")
    code = ("import sys, crnn, numpy; from crnn import _api; print(_api._library._name);"
            "print(crnn.Model(sys.argv[1]).read(numpy.zeros((4, 5), numpy.uint8)).text)")
    output = subprocess.run([sys.executable, "-c", code, str(bars_path)], env=environment, cwd=tmp_path, check=True,
                            stdout=subprocess.PIPE, text=True).stdout.split()
    assert output == [str(tmp_path / "installed" / "crnn" / "lib" / "libcrnn.so"), small_models.LABELS[0]]


def test_wheel_without_the_library(checkout: pathlib.Path, tmp_path: pathlib.Path) -> None:
    wheel = build_wheel(checkout, tmp_path / "checkout", with_library=False)
    assert wheel.name == "crnn-0.1.0-py3-none-any.whl"
