"""Lexicons against Python's sets."""

from __future__ import annotations

import pathlib
import random
import time
from typing import Any, List

import numpy as np
import pytest

import crnn
from table_files import damaged

LETTERS = "abcdeé日😀"


def random_words(seed: int, count: int, longest: int) -> List[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices(LETTERS, k=rng.randint(1, longest))) for _ in range(count)]


@pytest.mark.parametrize("seed, count, longest", [(0, 1, 3), (1, 10, 1), (2, 300, 4), (3, 3000, 12), (4, 50, 400)])
def test_holds_its_words_alone(seed: int, count: int, longest: int, tmp_path: pathlib.Path) -> None:
    words = random_words(seed, count, longest)
    known = set(words)
    lexicon = crnn.ctc.Lexicon(words)
    lexicon.save(tmp_path / "words.crnnlex")
    (tmp_path / "words.txt").write_bytes("\r\n".join(words).encode())
    lexicons = [lexicon, crnn.ctc.Lexicon.open(tmp_path / "words.crnnlex"),
                crnn.ctc.Lexicon.open(str(tmp_path / "words.crnnlex"), copy_file=True),
                crnn.ctc.Lexicon.open(tmp_path / "words.txt")]
    others = random_words(seed + 100, 500, longest) + [word[:-1] for word in words] + [word + "a" for word in words]
    for each in lexicons:
        assert len(each) == len(known)
        assert all(word in each for word in words)
        assert all((word in each) == (word in known) for word in others)
        assert "" not in each and 5 not in each
    # However the words come, the automaton is the same.
    crnn.ctc.Lexicon(sorted(known, reverse=True)).save(tmp_path / "again.crnnlex")
    assert (tmp_path / "again.crnnlex").read_bytes() == (tmp_path / "words.crnnlex").read_bytes()


def test_endings_are_shared() -> None:
    stems, endings = [f"{number:04d}" for number in range(5000)], ["", "s", "ing", "ed", "able", "ability"]
    lexicon = crnn.ctc.Lexicon(stem + ending for stem in stems for ending in endings)
    assert len(lexicon) == 30_000 and lexicon.byte_count < 500


def test_a_million_words(tmp_path: pathlib.Path) -> None:
    rng = random.Random(1)
    syllables = [first + second for first in "b c d f g h k l m n p r s t v z tr st pl gr sh".split()
                 for second in "a e i o u ai ou en er in".split()]
    words = {"".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(1_200_000)}
    while len(words) < 1_000_000:
        words.add("".join(rng.choices(syllables, k=4)))
    start = time.perf_counter()
    lexicon = crnn.ctc.Lexicon(words)
    assert time.perf_counter() - start < 60
    assert len(lexicon) == len(words) >= 1_000_000 and lexicon.byte_count < 50_000_000
    lexicon.save(tmp_path / "words.crnnlex")
    start = time.perf_counter()
    opened = crnn.ctc.Lexicon.open(tmp_path / "words.crnnlex")
    assert time.perf_counter() - start < 1
    assert all(word in opened for word in list(words)[:1000])


def test_bad_words(tmp_path: pathlib.Path) -> None:
    for words in ([], [""], ["", ""]):
        with pytest.raises(crnn.InvalidInputError, match="0 words"):
            crnn.ctc.Lexicon(words)
    with pytest.raises(crnn.InvalidArgumentError, match="line break"):
        crnn.ctc.Lexicon(["a\nb"])
    with pytest.raises(crnn.InvalidArgumentError, match="NUL"):
        crnn.ctc.Lexicon(["a\0b"])
    with pytest.raises(crnn.InvalidArgumentError, match="Unicode"):
        crnn.ctc.Lexicon(["\ud800"])
    with pytest.raises(TypeError):
        crnn.ctc.Lexicon("words")
    path = tmp_path / "words.txt"
    with pytest.raises(crnn.FileError, match="words.txt"):
        crnn.ctc.Lexicon.open(path)
    path.write_bytes(b"good\nb\xe4d\n")
    with pytest.raises(crnn.InvalidInputError, match="words.txt: line 2"):
        crnn.ctc.Lexicon.open(path)
    path.write_bytes(b"")
    with pytest.raises(crnn.InvalidInputError, match="0 words"):
        crnn.ctc.Lexicon.open(path)


def test_a_search_takes_lexicons_paths_and_words(tmp_path: pathlib.Path) -> None:
    lexicon, path, listed = crnn.ctc.Lexicon(["ab", "ba"]), tmp_path / "words.crnnlex", tmp_path / "words.txt"
    lexicon.save(path)
    listed.write_text("ba\nab\n")
    scores = np.log(np.array([[0.1, 0.8, 0.1], [0.1, 0.6, 0.3], [0.1, 0.5, 0.4]], np.float32))
    found = {crnn.ctc.BeamSearch("ab", lexicon=each)(scores)[0] for each in
             (lexicon, path, str(path), listed, ["ab", "ba"], {"ab", "ba"})}
    assert [hypothesis.text for hypothesis in found] == ["ab"]


def test_closing() -> None:
    with crnn.ctc.Lexicon(["a", "b"]) as lexicon:
        assert "2 words" in repr(lexicon)
    assert "closed" in repr(lexicon)
    lexicon.close()
    with pytest.raises(crnn.InvalidHandleError):
        "a" in lexicon


def use_damaged(path: str, good: bytes, seed: int, count: int) -> int:
    rng, opened = random.Random(seed), 0
    for _ in range(count):
        pathlib.Path(path).write_bytes(damaged(good, rng))
        try:
            lexicon = crnn.ctc.Lexicon.open(path)
        except crnn.Error:
            continue
        opened += 1
        for word in random_words(rng.randrange(1000), 20, 20):
            word in lexicon
    return opened


def test_damage_behind_right_checksums(tmp_path: pathlib.Path, in_child: Any) -> None:
    path = tmp_path / "damaged.crnnlex"
    crnn.ctc.Lexicon(random_words(7, 60, 5)).save(path)
    outcome, opened, _ = in_child(use_damaged, str(path), path.read_bytes(), 12, 300)
    assert outcome == "returned" and 0 < opened < 300
