"""Beam search against what flashlight-text and pyctcdecode read: Tests/fixtures/make_decodes.py keeps it.

They rank texts by other sums (flashlight-text keeps the paths of one text apart that end in a blank and in a token; both
merge less than all, and their words must end), so texts differ where two are close. What must hold is that no text of
theirs is better than ours by the measure that all three maximise.
"""

from __future__ import annotations

import pathlib
from typing import Iterator, List, Tuple

import numpy as np
import pytest

import crnn

FIXTURES = pathlib.Path(__file__).resolve().parents[3] / "Tests" / "fixtures"
WORDS = "the cat café sat on a mat 日本 dog's x".split()
ALPHA, BETA = 0.7, 0.3


@pytest.fixture(scope="module")
def goldens() -> Iterator[np.lib.npyio.NpzFile]:
    with np.load(FIXTURES / "ctc" / "decodes.npz") as arrays:
        yield arrays


@pytest.fixture(scope="module")
def language_model() -> crnn.ctc.LanguageModel:
    return crnn.ctc.LanguageModel(FIXTURES / "language_models" / "words.crnnlm")


def cases(goldens: np.lib.npyio.NpzFile, *names: str) -> List[Tuple[np.ndarray, List[str]]]:
    count = sum(name.endswith("_scores") for name in goldens.files)
    return [(goldens[f"{case}_scores"].astype(np.float32), [str(goldens[f"{case}_{name}"]) for name in names])
            for case in range(count)]


def test_without_words(goldens: np.lib.npyio.NpzFile) -> None:
    labels = [str(label) for label in goldens["labels"]]
    search = crnn.ctc.BeamSearch(labels[1:], width=2000)
    same = []
    for scores, (text,) in cases(goldens, "flashlight_plain"):
        best = search(scores)[0]
        theirs = crnn.ctc.score(scores, [labels.index(letter) for letter in text])
        assert crnn.ctc.score(scores, best.tokens) >= theirs - 1e-3, (best.text, text)
        same.append(best.text == text)
    assert np.mean(same) > 0.8


@pytest.mark.parametrize("name", ["flashlight_words", "pyctcdecode_words"])
def test_with_lexicon_and_language_model(name: str, goldens: np.lib.npyio.NpzFile,
                                         language_model: crnn.ctc.LanguageModel) -> None:
    labels = [str(label) for label in goldens["labels"]]
    search = crnn.ctc.BeamSearch(labels[1:], width=2000, lexicon=WORDS, language_model=language_model, alpha=ALPHA,
                                 beta=BETA)
    same = []
    for scores, (text,) in cases(goldens, name):
        best = search(scores)[0]
        theirs = (crnn.ctc.score(scores, [labels.index(letter) for letter in text])
                  + ALPHA * language_model.score(text) + BETA * len(text.split()))
        assert best.score >= theirs - 1e-3, (best.text, text)
        # The random model gives a few words a probability of 1.02, which a search takes for 1.
        assert best.language == pytest.approx(ALPHA * language_model.score(best.text), abs=0.05)
        assert set(best.text.split()) <= set(WORDS)
        same.append(best.text.split() == text.split())
    assert np.mean(same) > 0.3
