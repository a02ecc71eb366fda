"""A made-up language: words, texts of them, and a 3-gram model in an ARPA file. The same seed gives the same."""

from __future__ import annotations

import collections
import itertools
import math
import pathlib
from typing import Counter, Dict, List, TextIO, Tuple

import numpy as np

STARTS = "b c d f g h j k l m n p r s t v w z br ch cl dr fl gr pl pr sh st th tr".split()
VOWELS = "a e i o u ai ea ie oo ou".split()
ENDS = ["", "", "", "l", "n", "r", "s", "t", "m", "nd", "st", "ck"]

#: Absolute discount of the counts (Ney, Essen and Kneser 1994).
DISCOUNT = 0.6

Words = Tuple[int, ...]


class Language:
    """Words by Zipf's law; half of them follow what they follow by habit."""

    def __init__(self, word_count: int, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        syllables = ["".join(parts) for parts in itertools.product(STARTS, VOWELS, ENDS)]
        words: Dict[str, None] = {}
        while len(words) < word_count:
            choices = self.random.integers(0, len(syllables), self.random.integers(1, 4))
            words["".join(syllables[choice] for choice in choices)] = None
        self.words = list(words)
        rank = np.arange(1, word_count + 1)
        self.cumulative = np.cumsum(1 / rank)
        self.cumulative /= self.cumulative[-1]

    def text(self, length: int) -> List[int]:
        """Numbers of words."""
        fresh = np.searchsorted(self.cumulative, self.random.random(length))
        habits, choices = self.random.random(length) < 0.5, self.random.integers(0, 8, length)
        result = [int(fresh[0])]
        for index in range(1, length):
            if habits[index]:
                # One of eight words that go with the last one.
                place = ((result[-1] * 2654435761 + int(choices[index]) * 40503) % 1_000_003) / 1_000_003
                result.append(int(np.searchsorted(self.cumulative, place)))
            else:
                result.append(int(fresh[index]))
        return result

    def sentences(self, length: int) -> List[List[int]]:
        text = self.text(length)
        ends = [0, *np.cumsum(self.random.integers(4, 16, length // 4)).tolist()]
        return [text[start:end] for start, end in zip(ends, ends[1:]) if start < length]


def write_arpa(language: Language, length: int, path: pathlib.Path) -> None:
    """An interpolated 3-gram model with absolute discounting, of a text of so many words."""
    start, end = len(language.words), len(language.words) + 1
    counts: List[Counter[Words]] = [collections.Counter() for _ in range(3)]
    for sentence in language.sentences(length):
        marked = [start, *sentence, end]
        for order, counter in enumerate(counts, 1):
            counter.update(zip(*(marked[offset:] for offset in range(order))))
    for word in range(len(language.words)):
        counts[0][(word,)] += 1
    names = [*language.words, "<s>", "</s>"]
    with path.open("w") as file:
        file.write("\\data\\\nngram 1=%d\nngram 2=%d\nngram 3=%d\n" % (
            len(counts[0]) + 1, len(counts[1]), len(counts[2])))
        probabilities = _write_words(counts, names, file)
        for order in (2, 3):
            probabilities = _write_ngrams(order, counts, probabilities, names, file)
        file.write("\n\\end\\\n")


def _totals(counts: Counter[Words]) -> Tuple[Counter[Words], Counter[Words]]:
    """For each context how often it was followed by anything, and by how many different words."""
    total: Counter[Words] = collections.Counter()
    kinds: Counter[Words] = collections.Counter()
    for ngram, count in counts.items():
        total[ngram[:-1]] += count
        kinds[ngram[:-1]] += 1
    return total, kinds


def _log10(value: float) -> str:
    return f"{math.log10(value):.6f}"


def _write_words(counts: List[Counter[Words]], names: List[str], file: TextIO) -> Dict[Words, float]:
    total = sum(counts[0].values()) + 1
    follow, kinds = _totals(counts[1])
    file.write(f"\n\\1-grams:\n{_log10(1 / total)}\t<unk>\n")
    probabilities = {}
    for ngram, count in counts[0].items():
        probabilities[ngram] = count / total
        back_off = f"\t{_log10(DISCOUNT * kinds[ngram] / follow[ngram])}" if follow[ngram] else ""
        file.write(f"{_log10(probabilities[ngram])}\t{names[ngram[0]]}{back_off}\n")
    return probabilities


def _write_ngrams(order: int, counts: List[Counter[Words]], lower: Dict[Words, float], names: List[str],
                  file: TextIO) -> Dict[Words, float]:
    follow, kinds = _totals(counts[order - 1])
    next_follow, next_kinds = _totals(counts[order]) if order < len(counts) else ({}, {})
    file.write(f"\n\\{order}-grams:\n")
    probabilities = {}
    for ngram, count in counts[order - 1].items():
        context = ngram[:-1]
        share = DISCOUNT * kinds[context] / follow[context]
        probability = (count - DISCOUNT) / follow[context] + share * lower[ngram[1:]]
        probabilities[ngram] = probability
        back_off = f"\t{_log10(DISCOUNT * next_kinds[ngram] / next_follow[ngram])}" if next_follow.get(ngram) else ""
        file.write(f"{_log10(min(probability, 1))}\t{' '.join(names[word] for word in ngram)}{back_off}\n")
    return probabilities
