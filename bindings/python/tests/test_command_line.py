"""python -m crnn, and the examples."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from typing import List

import pytest

import small_models

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("images") / "line.png"
    Image.fromarray(small_models.bars_image([1, 0, 2, 2, 3])).save(path)
    return str(path)


def python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          encoding="utf-8", env=_environment(), check=False)


def _environment() -> "dict[str, str]":
    import os

    import crnn

    package = pathlib.Path(crnn.__file__).resolve().parents[1]
    return {**os.environ, "PYTHONPATH": str(package), "PYTHONIOENCODING": "utf-8"}


def rows(result: "subprocess.CompletedProcess[str]") -> List[List[str]]:
    return [row.split("\t") for row in result.stdout.splitlines()]


def test_reads_images(bars_path: pathlib.Path, line: str) -> None:
    result = python("-m", "crnn", str(bars_path), line, line, "--threads", "2")
    assert (result.returncode, result.stderr) == (0, "")
    assert [(path, text) for path, _, text in rows(result)] == [(line, "ABç")] * 2
    assert all(0.9 < float(confidence) <= 1 for _, confidence, _ in rows(result))


def test_characters(bars_path: pathlib.Path, line: str) -> None:
    result = python("-m", "crnn", "--characters", str(bars_path), line)
    assert result.returncode == 0
    assert [(row[1], row[3], row[4]) for row in rows(result)[1:]] == [
        ("'A'", "0.0", "1.0"), ("'B'", "2.0", "2.0"), ("'ç'", "4.0", "1.0")]


def test_goes_on_after_a_bad_image(bars_path: pathlib.Path, line: str) -> None:
    result = python("-m", "crnn", str(bars_path), "/nonexistent.png", line)
    assert result.returncode == 1
    assert "/nonexistent.png" in result.stderr and "Traceback" not in result.stderr
    assert [row[2] for row in rows(result)] == ["ABç"]


def test_bad_model(line: str) -> None:
    result = python("-m", "crnn", "/nonexistent.onnx", line)
    assert result.returncode == 1
    assert "/nonexistent.onnx" in result.stderr and "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("arguments", [[], ["model"], ["model", "image", "--nonsense"],
                                       ["model", "image", "--threads", "many"]])
def test_wrong_usage(arguments: List[str]) -> None:
    result = python("-m", "crnn", *arguments)
    assert result.returncode == 2
    assert "usage: python -m crnn" in result.stderr


def test_help() -> None:
    result = python("-m", "crnn", "--help")
    assert result.returncode == 0
    for part in ("model", "image", "--threads", "exit codes"):
        assert part in result.stdout


def test_version() -> None:
    assert python("-m", "crnn", "--version").stdout.startswith("crnn 0.")


def test_read_line_example(checkout: pathlib.Path, bars_path: pathlib.Path, line: str) -> None:
    result = python(str(checkout / "examples" / "python" / "read_line.py"), str(bars_path), line)
    assert (result.returncode, result.stderr) == (0, "")
    assert "ABç" in result.stdout


def test_run_model_example(checkout: pathlib.Path, bars_path: pathlib.Path) -> None:
    result = python(str(checkout / "examples" / "python" / "run_model.py"), str(bars_path), "--extent", "40")
    assert (result.returncode, result.stderr) == (0, "")
    assert "logits" in result.stdout and "float32" in result.stdout
