"""Every model of Tests/fixtures/operators against its goldens."""

from __future__ import annotations

import pathlib

import pytest
from conftest import CHECKOUT

import crnn
import goldens

MODELS = sorted((CHECKOUT / "Tests" / "fixtures" / "operators").glob("*.onnx"))


@pytest.mark.skipif(not MODELS, reason="no operator fixtures in this checkout")
@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in MODELS])
def test_matches_goldens(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    goldens.check_both_files(path, goldens.of_model(path, ""), tmp_path)
