"""Language models against KenLM's scores, which Tests/fixtures/make_language_models.py keeps."""

from __future__ import annotations

import json
import pathlib
import random
import struct
import threading
from typing import Any, List

import pytest

import crnn
from table_files import damaged, table, with_checksums
from xxh64 import xxh64

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "Tests" / "fixtures" / "language_models"
NAMES = ["characters", "closed", "large", "pruned", "words"]


def differences(model: crnn.ctc.LanguageModel, name: str) -> List[float]:
    """From the goldens, with their numbers of words."""
    found = []
    for golden in json.loads((FOLDER / f"{name}.json").read_text()):
        for index, (bos, eos) in enumerate(((True, True), (True, False), (False, True), (False, False))):
            found.append(abs(model.score(golden["text"], bos=bos, eos=eos) - golden["scores"][index]))
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("copy_file", [False, True])
def test_scores_are_kenlms(name: str, copy_file: bool) -> None:
    model = crnn.ctc.LanguageModel(FOLDER / f"{name}.crnnlm", copy_file=copy_file)
    assert max(differences(model, name)) < 1e-4


def test_quantized_scores() -> None:
    # No more weights of one length than bins: nothing is lost.
    assert max(differences(crnn.ctc.LanguageModel(FOLDER / "words-quantized.crnnlm"), "words")) < 1e-4
    # A text of up to 20 words, each of which adds up to three weights that are off by 0.034 at most.
    found = differences(crnn.ctc.LanguageModel(FOLDER / "large-quantized.crnnlm"), "large")
    assert 1e-3 < max(found) < 0.3 and sum(found) / len(found) < 0.05


def test_description() -> None:
    with crnn.ctc.LanguageModel(str(FOLDER / "large.crnnlm")) as model:
        assert (model.order, model.is_character_model) == (3, False)
        assert model.word_count == 43 and model.ngram_count > 3000
        assert model.byte_count == (FOLDER / "large.crnnlm").stat().st_size
        assert "order 3" in repr(model)
    assert "closed" in repr(model)
    with pytest.raises(crnn.InvalidHandleError, match="closed"):
        model.score("w1")
    assert crnn.ctc.LanguageModel(FOLDER / "characters.crnnlm").is_character_model


def test_text_is_split_at_white_space() -> None:
    model = crnn.ctc.LanguageModel(FOLDER / "words.crnnlm")
    assert model.score("the cat\tsat") == model.score("  the\ncat\r\nsat ")
    assert model.score("the cat") != model.score("the\u00a0cat")
    assert model.score("", bos=False, eos=False) == 0
    with pytest.raises(crnn.InvalidArgumentError, match="NUL"):
        model.score("a\0b")


def test_parts_add_up() -> None:
    """P(a b) = P(a) · P(b | a): states carry what scores depend on."""
    model = crnn.ctc.LanguageModel(FOLDER / "pruned.crnnlm")
    rng = random.Random(3)
    for _ in range(50):
        words = [f"w{rng.randrange(14)}" for _ in range(9)]
        text = " ".join(words)
        # Words beyond the order do not matter.
        tail = " ".join(words[-5:])
        last = model.score(text, eos=False) - model.score(" ".join(words[:-1]), eos=False)
        assert model.score(tail, bos=False, eos=False) - model.score(
            " ".join(words[-5:-1]), bos=False, eos=False) == pytest.approx(last, abs=1e-4)


def test_threads_share_a_model() -> None:
    model = crnn.ctc.LanguageModel(FOLDER / "large.crnnlm")
    expected = model.score("w1 w2 w3 w4")
    results: List[float] = []
    threads = [threading.Thread(target=lambda: results.extend(model.score("w1 w2 w3 w4") for _ in range(200)))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 800


def test_refused_files(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "model.crnnlm"
    good = (FOLDER / "words.crnnlm").read_bytes()
    with pytest.raises(crnn.FileError, match="model.crnnlm"):
        crnn.ctc.LanguageModel(path)
    cases = [(b"", "first bytes"), (b"ONNX" * 50, "first bytes"), (good[:200], "cut off"),
             (good[:-64], "its header says"), (good + bytes(64), "its header says"),
             (good[:40] + b"x" + good[41:], "header is damaged")]
    for index, name in enumerate(("text", "starts", "slots", "levels", "words", "links", "probabilities", "back-offs")):
        changed = bytearray(good)
        changed[table(good, index)[0]] ^= 0x40
        cases.append((bytes(changed), f"table {index} of the language model is damaged"))
    for content, message in cases:
        path.write_bytes(content)
        with pytest.raises(crnn.InvalidModelError, match=message):
            crnn.ctc.LanguageModel(path)
    later = bytearray(good)
    struct.pack_into("<II", later, 8, 7, 7)
    path.write_bytes(with_checksums(later))
    with pytest.raises(crnn.UnsupportedError, match="version 7"):
        crnn.ctc.LanguageModel(path)


def test_checksum_of_the_tests() -> None:
    assert xxh64(b"") == 0xEF46DB3751D8E999
    assert with_checksums(bytearray((FOLDER / "large.crnnlm").read_bytes())) == (FOLDER / "large.crnnlm").read_bytes()


def use_damaged(path: str, good: bytes, seed: int, count: int) -> int:
    rng, opened = random.Random(seed), 0
    for _ in range(count):
        pathlib.Path(path).write_bytes(damaged(good, rng))
        try:
            model = crnn.ctc.LanguageModel(path)
        except crnn.Error:
            continue
        opened += 1
        for _ in range(5):
            model.score(" ".join(rng.choice("the cat café sat on a mat 日本 w1 w2 w5 x y".split()) for _ in range(8)))
    return opened


@pytest.mark.parametrize("name", ["words", "pruned", "words-quantized", "characters"])
def test_damage_behind_right_checksums(name: str, tmp_path: pathlib.Path, in_child: Any) -> None:
    good = (FOLDER / f"{name}.crnnlm").read_bytes()
    outcome, opened, _ = in_child(use_damaged, str(tmp_path / "damaged.crnnlm"), good, 11, 150)
    # Some damage is to words or weights, which may be anything.
    assert outcome == "returned" and 0 < opened < 150
