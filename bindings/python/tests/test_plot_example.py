"""examples/python/plot_line.py, where matplotlib is installed."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest


def test_a_line_is_drawn(checkout: pathlib.Path, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("matplotlib")
    script = str(checkout / "examples" / "python" / "plot_line.py")
    model = str(checkout / "examples" / "models" / "reader.onnx")
    image, plot = str(checkout / "examples" / "images" / "small.png"), tmp_path / "plot.png"
    subprocess.run([sys.executable, script, model, image, str(plot)], check=True)
    assert plot.read_bytes().startswith(b"\x89PNG")
    refused = subprocess.run([sys.executable, script, model, str(plot) + ".none", str(plot)], stderr=subprocess.PIPE,
                             text=True, check=False)
    assert refused.returncode == 1 and refused.stderr.startswith("plot_line.py: ")
