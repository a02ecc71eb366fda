"""Every network of Tests/fixtures/networks and keras, as exporters write them, against its goldens."""

from __future__ import annotations

import pathlib

import pytest
from conftest import CHECKOUT

import goldens

FIXTURES = CHECKOUT / "Tests" / "fixtures"
MODELS = sorted([*(FIXTURES / "networks").glob("*.onnx"), *(FIXTURES / "keras").glob("*.onnx")])


@pytest.mark.skipif(not MODELS, reason="no network fixtures in this checkout")
@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in MODELS])
def test_matches_goldens(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    files = goldens.of_model(path, "")
    assert len(files) >= 3, "a network is run at three shapes or more"
    goldens.check_both_files(path, files, tmp_path)
