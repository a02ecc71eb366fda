"""Every model of Tests/fixtures/operators against its goldens."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest
from conftest import CHECKOUT

import crnn
import goldens

MODELS = sorted((CHECKOUT / "Tests" / "fixtures" / "operators").glob("*.onnx"))

#: Models whose operators the library lacks, and says so.
LACKING = {
    "einsum_0", "einsum_1", "eyelike", "hardmax", "lpnorm_1", "lpnorm_2", "lrn", "meanvariancenorm", "reversesequence",
}


def parameter(path: pathlib.Path) -> Any:
    refused = path.stem in LACKING
    marks = [pytest.mark.xfail(raises=crnn.UnsupportedError, strict=True)] if refused else []
    return pytest.param(path, id=path.stem, marks=marks)



@pytest.mark.skipif(not MODELS, reason="no operator fixtures in this checkout")
@pytest.mark.parametrize("path", [parameter(path) for path in MODELS])
def test_matches_goldens(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    goldens.check_both_files(path, goldens.of_model(path, ""), tmp_path)
