"""What is measured: lines of scores, and how they are searched."""

from __future__ import annotations

import pathlib
import subprocess
from dataclasses import dataclass
from typing import List, Mapping, Optional

import numpy as np

from .decoders import Language, Settings
from .language import Language as MadeUp, write_arpa
from .posteriors import posteriors

FRAMES = 200
#: Of a line, three frames each.
CHARACTERS = 66
LINES = 5
#: 96 labels and the blank.
LABELS = ["", *map(chr, range(32, 127)), "é"]


@dataclass(frozen=True)
class Task:
    name: str
    settings: Settings
    scores: List[np.ndarray]
    #: Other decoders, each with its time divided by crnn's that is asked for.
    targets: Mapping[str, Optional[float]]


class Material:
    """Makes in a folder what the tasks need, unless it is there."""

    def __init__(self, folder: pathlib.Path, convert: str, word_count: int, text_length: int) -> None:
        name = f"language-{word_count}-{text_length}"
        arpa, native = folder / f"{name}.arpa", folder / f"{name}.crnnlm"
        self.made_up = MadeUp(word_count)
        if not native.exists():
            write_arpa(self.made_up, text_length, arpa)
            subprocess.run([convert, "--quiet", "--force", str(arpa), "-o", str(native)], check=True,
                           stdout=subprocess.DEVNULL)
        self.language = Language(arpa, native, self.made_up.words)
        # Lines that the model was not made of.
        self.made_up.random = np.random.default_rng(1)
        self.lines = [self._line() for _ in range(LINES)]

    def _line(self) -> str:
        text = ""
        for word in self.made_up.text(CHARACTERS):
            if len(text) + len(self.made_up.words[word]) >= CHARACTERS:
                break
            text += self.made_up.words[word] + " "
        return text

    def text_scores(self) -> List[np.ndarray]:
        return [posteriors([LABELS.index(letter) for letter in line], FRAMES, len(LABELS), seed)
                for seed, line in enumerate(self.lines)]

    def many_class_scores(self, class_count: int) -> List[np.ndarray]:
        random = np.random.default_rng(2)
        return [posteriors(random.integers(1, class_count, 40).tolist(), FRAMES, class_count, seed)
                for seed in range(LINES)]


def all_tasks(material: Material) -> List[Task]:
    scores, language = material.text_scores(), material.language
    labels = ["", *(chr(0x4E00 + index) for index in range(7999))]
    return [
        Task("97 classes, beam 100", Settings(LABELS, 100), scores, {"flashlight-text": 10, "pyctcdecode": 100}),
        Task("the 20 best classes of a frame", Settings(LABELS, 100, token_count=20), scores, {"flashlight-text": 10}),
        Task("classes above e⁻⁵", Settings(LABELS, 100, token_min_log_probability=-5), scores, {"pyctcdecode": 100}),
        Task("100,000 words, 3-gram", Settings(LABELS, 100, language=language), scores, {"flashlight-text": 5}),
        Task("100,000 words, 3-gram, the 20 best classes", Settings(LABELS, 100, token_count=20, language=language),
             scores, {"flashlight-text": 5}),
        Task("100,000 words, 3-gram, classes above e⁻⁵",
             Settings(LABELS, 100, token_min_log_probability=-5, language=language), scores, {"pyctcdecode": 100}),
        Task("8,000 classes, beam 20", Settings(labels, 20), material.many_class_scores(8000),
             {"flashlight-text": None}),
    ]
