"""Beam search with lexicons, language models and hotwords by brute force over all paths."""

from __future__ import annotations

import pathlib
from typing import Callable, Dict, Optional, Tuple

import numpy as np
import pytest

import crnn
from crnn.ctc import BeamSearch, Hotword
from ctc_brute_force import all_texts, language_score, occurrences, random_scores, spell

LABELS = ["a", "b", " "]
#: One label of two characters, one that ends a word and begins another, one of two bytes.
LONG_LABELS = ["é", "ab", " a"]


def invented(context: Tuple[str, ...], unit: Optional[str]) -> float:
    """ln P of a word after at most two others: any numbers below 0 will do."""
    seed = [ord(letter) for letter in "|".join((*context[-2:], "." if unit is None else unit))]
    return -3 * float(np.random.default_rng(seed).random()) - 0.1


def scorer(state: object, unit: Optional[str]) -> Tuple[float, object]:
    context: Tuple[str, ...] = state or ()  # type: ignore[assignment]
    return invented(context, unit), (*context, unit)[-2:]


def compare(search: BeamSearch, scores: np.ndarray, labels: list, added: Callable[[str], Optional[float]],
            language: Callable[[str], float] = lambda text: 0.0) -> None:
    """Every text that may be is found with the sum of its paths, of `language` and of what else is `added`."""
    expected: Dict[Tuple[int, ...], float] = {}
    acoustic = all_texts(scores)
    for tokens in acoustic:
        more = added(spell(tokens, labels))
        if more is not None:
            expected[tokens] = acoustic[tokens] + more + language(spell(tokens, labels))
    found = search(scores, n_best=5000)
    assert {item.tokens for item in found} == set(expected)
    for item in found:
        text = spell(item.tokens, labels)
        assert item.text == text
        assert item.score == pytest.approx(expected[item.tokens], abs=2e-4), text
        assert item.acoustic == pytest.approx(acoustic[item.tokens], abs=2e-4), text
        assert item.language == pytest.approx(language(text), abs=2e-4), text
        assert item.bonus == pytest.approx(added(text), abs=2e-4), text
        assert item.score == pytest.approx(item.acoustic + item.language + item.bonus, abs=2e-4)
        assert item.confidence == pytest.approx(np.exp(acoustic[item.tokens]), abs=1e-5)
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    # A narrow beam finds no more than there is.
    for item in BeamSearch.__call__(search, scores, n_best=3):
        assert item.score <= max(expected.values()) + 1e-4


@pytest.mark.parametrize("labels", [LABELS, LONG_LABELS])
@pytest.mark.parametrize("seed", range(3))
def test_words_of_a_language_model(seed: int, labels: list) -> None:
    def language(text: str) -> float:
        return 0.7 * language_score(text.split(), invented, eos)

    for eos in (True, False):
        search = BeamSearch(labels, width=5000, language_model=scorer, alpha=0.7, beta=0.4, eos=eos)
        compare(search, random_scores(seed, 5, 4), labels, lambda text: 0.4 * len(text.split()), language)


@pytest.mark.parametrize("labels", [LABELS, LONG_LABELS])
@pytest.mark.parametrize("seed", range(3))
def test_characters_of_a_language_model(seed: int, labels: list) -> None:
    search = BeamSearch(labels, width=5000, language_model=scorer, alpha=1.5, beta=-0.3, scorer_unit="characters")
    compare(search, random_scores(seed, 5, 4), labels, lambda text: -0.3 * len(text),
            lambda text: 1.5 * language_score(text, invented))


@pytest.mark.parametrize("labels", [LABELS, LONG_LABELS])
@pytest.mark.parametrize("seed", range(3))
def test_lexicons(seed: int, labels: list) -> None:
    words = ["a", "ab", "aab", "é", "éa"]
    scores = random_scores(seed, 5, 4)

    def outside(text: str) -> int:
        return sum(word not in words for word in text.split())

    compare(BeamSearch(labels, width=5000, lexicon=words), scores, labels,
            lambda text: None if outside(text) else 0.0)
    compare(BeamSearch(labels, width=5000, lexicon=words, lexicon_penalty=1.5), scores, labels,
            lambda text: -1.5 * outside(text))
    plain = BeamSearch(labels, width=5000)(scores, n_best=5000)
    assert BeamSearch(labels, width=5000, lexicon=words, lexicon_penalty=0)(scores, n_best=5000) == plain


@pytest.mark.parametrize("labels", [LABELS, LONG_LABELS])
@pytest.mark.parametrize("seed", range(3))
def test_hotwords(seed: int, labels: list) -> None:
    scores = random_scores(seed, 5, 4)
    hotwords = [Hotword("a", 1.5), Hotword("ab", 2), Hotword("a b", 3), Hotword("bb", -1), Hotword("ba", 4, True),
                Hotword("a", 0.5, True), Hotword("éé", 2, True)]

    def added(text: str) -> float:
        return sum(item.boost * occurrences(text, item.text, item.anywhere) for item in hotwords)

    compare(BeamSearch(labels, width=5000, hotwords=hotwords), scores, labels, added)
    plain = BeamSearch(labels, width=5000)
    for item, other in zip(plain(scores, 5000, hotwords=hotwords),
                           BeamSearch(labels, width=5000, hotwords=hotwords)(scores, 5000)):
        assert item == other
    assert BeamSearch(labels, width=5000, hotwords=hotwords)(scores, 5000, hotwords=[]) == plain(scores, 5000)


@pytest.mark.parametrize("seed", range(3))
def test_all_at_once(seed: int) -> None:
    words = ["a", "b", "ab"]
    search = BeamSearch(LABELS, width=5000, lexicon=words, lexicon_penalty=0.8, language_model=scorer, alpha=0.9,
                        beta=0.6, hotwords={"b a": 2.5})

    def added(text: str) -> float:
        outside = sum(word not in words for word in text.split())
        return 0.6 * len(text.split()) - 0.8 * outside + 2.5 * occurrences(text, "b a")

    compare(search, random_scores(seed, 6, 4), LABELS, added,
            lambda text: 0.9 * language_score(text.split(), invented))


@pytest.mark.parametrize("seed", range(8))
def test_weights_of_zero_change_nothing(seed: int) -> None:
    labels = list("abcdefgh ")
    scores = random_scores(seed, 60, 10, 3)
    for width in (1, 7, 50):
        plain = BeamSearch(labels, width=width)(scores, n_best=width)
        for search in (BeamSearch(labels, width=width, hotwords={"abc": 0, "d": 0}),
                       BeamSearch(labels, width=width, language_model=scorer, alpha=0, beta=0),
                       BeamSearch(labels, width=width, lexicon=["abc"], lexicon_penalty=0)):
            assert search(scores, n_best=width) == plain


def test_a_hotword_wins_and_is_given_up() -> None:
    labels = list("abcdx ")
    probabilities = np.full((4, 7), 0.01)
    for frame, token in enumerate([1, 2, 3, 4]):
        probabilities[frame, token] = 0.5
    probabilities[2, 5] = 0.4
    scores = np.log(probabilities / probabilities.sum(1, keepdims=True)).astype(np.float32)
    assert BeamSearch(labels)(scores)[0].text == "abcd"
    assert BeamSearch(labels, hotwords={"abxd": 2})(scores)[0].text == "abxd"
    # The credit for its beginning does not stay.
    found = BeamSearch(labels, hotwords={"abx": 3, "abcdx": 2})(scores)[0]
    assert found.text == "abcd" and found.bonus == 0
    # Even a narrow beam does not lose it on the way.
    assert BeamSearch(labels, width=2, hotwords={"abxd": 2})(scores)[0].text == "abxd"


def test_an_unfinished_word_is_given_when_there_is_nothing_else() -> None:
    labels = list("abc ")
    certain = np.where(np.eye(5)[[1, 2]] == 1, 0, -np.inf).astype(np.float32)
    assert [item.text for item in BeamSearch(labels, lexicon=["abc"])(certain, 9)] == ["ab"]
    assert [item.text for item in BeamSearch(labels, lexicon=["abc", "ab"])(certain, 9)] == ["ab"]
    assert [item.text for item in BeamSearch(labels, lexicon=["b"])(certain, 9)] == [""]


def test_what_a_scorer_may_do() -> None:
    scores = random_scores(0, 6, 4)

    def raising(state: object, word: Optional[str]) -> Tuple[float, object]:
        raise KeyError(word)

    with pytest.raises(KeyError):
        BeamSearch(LABELS, language_model=raising)(scores)
    stream = BeamSearch(LABELS, language_model=raising).stream()
    with pytest.raises(KeyError):
        stream.push(scores)
    plain = BeamSearch(LABELS)(scores)[0]
    # More than certain is certain; no number is impossible.
    generous = BeamSearch(LABELS, language_model=lambda state, word: (5.0, state), beta=0)(scores)[0]
    assert (generous.text, generous.language) == (plain.text, 0)
    for score in (float("nan"), float("-inf")):
        refused = BeamSearch(LABELS, language_model=lambda state, word: (score, state), eos=False)(scores, 5)
        assert all(not item.text.strip() for item in refused)


@pytest.mark.parametrize("arguments", [
    {"labels": ["a", "a", "b"]}, {"hotwords": {"": 1}}, {"hotwords": {"a": float("nan")}},
    {"hotwords": {"a": float("inf")}}, {"alpha": -1}, {"alpha": float("nan")}, {"beta": float("inf")},
    {"unknown_score": float("nan")}, {"lexicon": ["a"], "lexicon_penalty": -1}, {"scorer_unit": "letters"},
    {"lexicon": ["a"], "lexicon_penalty": float("nan")}, {"width": -1}, {"token_min_log_probability": float("nan")},
])
def test_bad_settings(arguments: dict) -> None:
    with pytest.raises(crnn.Error):
        BeamSearch(**{"labels": LABELS, "language_model": scorer, **arguments})


@pytest.mark.parametrize("name", ["alpha", "beta", "unknown_score"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_are_checked_without_a_language_model(name: str, value: float) -> None:
    with pytest.raises(crnn.InvalidArgumentError, match=f"{name} .*no number"):
        BeamSearch(LABELS, **{name: value})


def test_texts_need_labels() -> None:
    for search in (BeamSearch(hotwords=["a"]), BeamSearch(lexicon=["a"]), BeamSearch(language_model=scorer)):
        with pytest.raises(crnn.InvalidArgumentError, match="need labels"):
            search(random_scores(0, 3, 4))
    with pytest.raises(TypeError):
        BeamSearch(LABELS, hotwords="abc")


@pytest.mark.parametrize("name", ["words", "pruned", "words-quantized", "characters", "closed"])
def test_language_models(name: str, checkout: pathlib.Path) -> None:
    """What the search adds is what the model says of the whole text."""
    model = crnn.ctc.LanguageModel(checkout / f"Tests/fixtures/language_models/{name}.crnnlm")
    labels = ["the", " cat", " ", "s", "at"]
    scores = random_scores(3, 5, 6)
    for bos, eos, unknown_score in ((True, True, 0.0), (False, True, -1.5), (True, False, 0.0)):
        search = BeamSearch(labels, width=5000, language_model=model, alpha=0.6, beta=0.2, bos=bos, eos=eos,
                            unknown_score=unknown_score)
        acoustic = all_texts(scores)
        for item in search(scores, n_best=5000)[:400]:
            text = item.text if model.is_character_model else " ".join(item.text.split())
            units = list(text) if model.is_character_model else text.split()
            unknown = sum(model.score(unit, bos=False, eos=False) == model.score("\x01", bos=False, eos=False)
                          for unit in units)
            expected = 0.6 * (model.score(text, bos=bos, eos=eos) + unknown_score * unknown)
            assert item.language == pytest.approx(expected, abs=1e-3, rel=1e-5), item.text
            assert item.bonus == pytest.approx(0.2 * len(units), abs=1e-4)
            assert item.score == pytest.approx(acoustic[item.tokens] + item.language + item.bonus, abs=1e-3)


def test_a_search_keeps_what_it_was_made_with(checkout: pathlib.Path) -> None:
    model = crnn.ctc.LanguageModel(checkout / "Tests/fixtures/language_models/words.crnnlm")
    lexicon = crnn.ctc.Lexicon(["the", "cat"])
    search = BeamSearch(list("thecas "), lexicon=lexicon, language_model=model)
    scores = random_scores(1, 30, 8)
    expected = search(scores, 5)
    model.close()
    lexicon.close()
    assert search(scores, 5) == expected
    assert set(expected[0].text.split()) <= {"the", "cat"}
    with pytest.raises(crnn.InvalidHandleError):
        BeamSearch(list("thecas "), language_model=model)
