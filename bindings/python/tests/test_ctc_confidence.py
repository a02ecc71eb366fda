"""Confidences of hypotheses: exact shares of probability, which tell right from wrong."""

from __future__ import annotations

import pathlib
from typing import Dict, List, Sequence, Set, Tuple

import numpy as np
import pytest

import crnn
import small_models
from crnn.ctc import BeamSearch
from ctc_brute_force import all_texts, random_scores

Tokens = Tuple[int, ...]


def differing_in_one(tokens: Tokens, places: Sequence[int], classes: int) -> Set[Tokens]:
    """The texts that have another token in one of the places, or none there."""
    texts = set()
    for place in places:
        for other in [(), *((label,) for label in range(1, classes))]:
            texts.add(tokens[:place] + other + tokens[place + 1:])
    return texts - {tokens}


@pytest.mark.parametrize("seed", range(20))
def test_against_all_paths(seed: int) -> None:
    random = np.random.default_rng(seed)
    frames, classes = int(random.integers(1, 7)), int(random.integers(2, 5))
    scores = random_scores(seed, frames, classes, float(random.choice([0.5, 2, 5])))
    texts = {tokens: np.exp(value) for tokens, value in all_texts(scores).items()}
    labels = ["a", "b", " "][: classes - 1]
    for item in BeamSearch(labels, width=5000)(scores, n_best=5000):
        own = texts[item.tokens]
        assert item.confidence == pytest.approx(own, abs=1e-6)

        def share(start: int, end: int) -> float:
            rest = sum(texts.get(text, 0) for text in differing_in_one(item.tokens, range(start, end), classes))
            return own / (own + rest)

        for place, confidence in enumerate(item.confidences):
            assert confidence == pytest.approx(share(place, place + 1), abs=3e-4), (item.text, place)
        for word in item.words:
            assert word.confidence == pytest.approx(share(word.start, word.end), abs=3e-4), item.text
        assert "".join(word.text for word in item.words) == item.text.replace(" ", "")
        assert [word.text for word in item.words] == item.text.split()
        assert item.confidence - 1e-6 <= min([word.confidence for word in item.words], default=1)


def test_words() -> None:
    certain = np.where(np.eye(6)[[3, 1, 2, 3, 3, 0, 3, 5, 1, 4]] == 1, 0, -np.inf).astype(np.float32)
    (item,) = BeamSearch(["a", "b", " ", "c", " d"])(certain, n_best=9)
    assert item.text == " ab   dac" and item.confidence == 1 and set(item.confidences) == {1}
    assert [(word.text, word.start, word.end, word.frames, word.confidence) for word in item.words] == [
        ("ab", 1, 3, (1, 3), 1), ("dac", 5, 8, (7, 10), 1)]
    assert BeamSearch(width=3)(certain)[0].words == ()


def test_many_classes_and_impossible_ones() -> None:
    scores = random_scores(1, 12, 400, 4)
    item = BeamSearch(width=20)(scores)[0]
    for place, confidence in enumerate(item.confidences):
        rest = sum(np.exp(crnn.ctc.score(scores, text))
                   for text in differing_in_one(item.tokens, [place], 400))
        own = np.exp(crnn.ctc.score(scores, item.tokens))
        assert confidence == pytest.approx(own / (own + rest), abs=5e-3)
    nothing = np.full((3, 4), -np.inf, np.float32)
    assert BeamSearch()(nothing)[0].confidence == 0
    low = np.full((400, 3), -2000, np.float32)
    low[:, 0] = 0
    low[7, 1] = -1e-3
    (item,) = BeamSearch(width=1, token_min_log_probability=-1)(low)
    assert item.confidence == 1 or item.tokens == (1,)


def sampled(random: np.random.Generator, scores: np.ndarray) -> Tokens:
    """A text with the probability that the scores give it: that of a path drawn frame by frame."""
    draws = (np.exp(scores).cumsum(1) > random.random((len(scores), 1))).argmax(1)
    return tuple(int(label) for place, label in enumerate(draws) if label and (not place or draws[place - 1] != label))


def kept(found: Sequence, true: Sequence) -> List[bool]:
    """Which elements of the first a smallest edit to the second keeps."""
    cost = np.zeros((len(found) + 1, len(true) + 1), int)
    cost[:, 0], cost[0, :] = range(len(found) + 1), range(len(true) + 1)
    for i, a in enumerate(found):
        for j, b in enumerate(true):
            cost[i + 1, j + 1] = min(cost[i, j] + (a != b), cost[i, j + 1] + 1, cost[i + 1, j] + 1)
    marks, i, j = [False] * len(found), len(found), len(true)
    while i and j:
        if cost[i, j] == cost[i - 1, j - 1] + (found[i - 1] != true[j - 1]):
            marks[i - 1] = found[i - 1] == true[j - 1]
            i, j = i - 1, j - 1
        elif cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return marks


def accuracies(pairs: List[Tuple[float, bool]], edges: Sequence[float]) -> List[Tuple[float, float]]:
    """Mean confidence and share of right ones between each two edges."""
    values, right = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    places = np.digitize(values, edges)
    return [(float(values[places == bin].mean()), float(right[places == bin].mean()))
            for bin in range(len(edges) + 1) if (places == bin).sum() >= 40]


def test_confidences_grow_with_correctness() -> None:
    """Where texts come with the probabilities that the scores state, a text is right as often as its confidence says;
    a token at least as often, as its errors may come with others'."""
    random = np.random.default_rng(7)
    search = BeamSearch(list("abcdefg "), width=30)
    levels: Dict[str, List[Tuple[float, bool]]] = {"text": [], "word": [], "token": []}
    for _ in range(700):
        logits = random.choice([3, 6, 12, 24]) * random.standard_normal((10, 9))
        logits[random.random(10) < 0.5, 0] += 20
        scores = (logits - np.log(np.exp(logits).sum(-1, keepdims=True))).astype(np.float32)
        true = sampled(random, scores)
        item = search(scores)[0]
        marks = kept(item.tokens, true)
        levels["text"].append((item.confidence, item.tokens == true))
        levels["token"] += zip(item.confidences, marks)
        levels["word"] += [(word.confidence, all(marks[word.start: word.end])) for word in item.words]
    for name, pairs in levels.items():
        found = accuracies(pairs, [0.3, 0.5, 0.7, 0.85])
        assert len(found) >= 3, name
        rates = [rate for _, rate in found]
        assert all(low < high + 0.03 for low, high in zip(rates, rates[1:])), (name, found)
        assert rates[-1] > rates[0] + 0.2, (name, found)
        if name == "text":
            assert all(abs(mean - rate) < 0.1 for mean, rate in found), found


def test_a_reader_is_surer_where_it_is_right(checkout: pathlib.Path) -> None:
    """The bundled reader on lines that noise makes hard."""
    image_module = pytest.importorskip("PIL.Image")
    random = np.random.default_rng(3)
    model = crnn.Model(checkout / "examples/models/reader.onnx")
    search = BeamSearch(width=20)
    pairs: List[Tuple[float, bool]] = []
    for path in sorted((checkout / "examples/images").glob("*.png")):
        image = np.asarray(image_module.open(path).convert("L"), float)
        text = model.read(image.astype(np.uint8)).text
        for noise in (40, 70, 100, 130):
            noisy = np.clip(image + noise * random.standard_normal(image.shape), 0, 255).astype(np.uint8)
            reading = model.read(noisy, decoder=search)
            marks = kept(reading.text, text)
            pairs += zip([character.confidence for character in reading.characters], marks)
    found = accuracies(pairs, [0.5, 0.8, 0.95])
    rates = [rate for _, rate in found]
    assert len(rates) >= 3 and rates == sorted(rates) and rates[-1] > rates[0] + 0.2, found


def test_a_reading_has_words() -> None:
    labels, scores = ["a", "b", " "], np.full((7, 4), -6.0, np.float32)
    for frame, label in enumerate([1, 2, 0, 3, 2, 2, 0]):
        scores[frame, label] = np.log(0.9)
    reading = crnn.ctc.greedy(scores, labels)
    assert reading.text == "ab b"
    assert [(word.text, word.start, word.end, word.frames) for word in reading.words] == [
        ("ab", 0, 2, (0, 2)), ("b", 3, 4, (4, 6))]
    for word in reading.words:
        product = np.prod([character.confidence for character in reading.characters[word.start:word.end]])
        assert word.confidence == pytest.approx(product)
    assert crnn.ctc.greedy(scores).words == ()


def test_a_model_reads_the_words_that_the_search_found() -> None:
    with crnn.Model(small_models.bars(dict(small_models.BARS_METADATA, **{"crnn.labels": "A\nB\n "}))) as model:
        image = small_models.bars_image([1, 0, 2, 0, 3, 0, 2])
        decoder = crnn.ctc.BeamSearch(["A", "B", " "], kind="logits")
        reading = model.read(image, decoder=decoder)
        scores = model.run({"image": (image / 255)[None, None].astype(np.float32)})["logits"][0]
        found = decoder(scores)[0]
    assert reading.text == found.text == "AB B"
    assert reading.words == found.words
