"""CTC losses against PyTorch's, alignments against torchaudio's: Tests/fixtures/make_ctc.py keeps them."""

from __future__ import annotations

import pathlib
from typing import Any, Dict, List

import numpy as np
import pytest

import crnn

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "Tests" / "fixtures" / "ctc"


def cases(name: str) -> List[Dict[str, Any]]:
    with np.load(FOLDER / f"{name}.npz") as arrays:
        found: Dict[int, Dict[str, Any]] = {}
        for key in arrays.files:
            number, member = key.split("_", 1)
            found.setdefault(int(number), {})[member] = arrays[key]
    return list(found.values())


@pytest.mark.parametrize("case", cases("loss"))
def test_losses_and_gradients(case: Dict[str, Any]) -> None:
    losses, gradient = crnn.ctc.loss(case["logits"], case["targets"], case["input_lengths"], case["target_lengths"],
                                     int(case["blank"]), kind="logits")
    np.testing.assert_allclose(losses, case["losses"], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(gradient, case["gradient"], rtol=0, atol=1e-5)


def test_infinite_losses_are_among_them() -> None:
    losses = np.concatenate([case["losses"] for case in cases("loss")])
    assert 2 <= np.isinf(losses).sum() < losses.size / 2


@pytest.mark.parametrize("case", cases("align"))
def test_alignments(case: Dict[str, Any]) -> None:
    scores, path = case["scores"], case["path"]
    spans = crnn.ctc.align(scores, case["tokens"], int(case["blank"]))
    found = np.full(len(path), case["blank"])
    for span in spans:
        found[span.start : span.end] = span.token
        assert span.score == pytest.approx(float(scores[span.start : span.end, span.token].mean()), abs=1e-5)
    np.testing.assert_array_equal(found, path)
    assert [span.token for span in spans] == case["tokens"].tolist()
