"""Trains the reader for a given number of minutes on the CPU.

    python examples/training/train.py --out build/training --minutes 60

Run again with the same --out, it goes on from the last checkpoint.
"""

import argparse
import copy
import math
import pathlib
import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from model import BLANK, HEIGHT, STRIDE, Reader, decode, encode
from render import Lines, normalise
from text import edit_distance

SEED = 1
POOL = 384
"""Samples sorted by width together, so that a batch holds lines of like width."""
PIXELS = 7200
"""The width of a batch: about 24 lines of 300 pixels."""
WARM_UP = 20_000
PEAK_RATE = 1.5e-3
EVERY_SECONDS = 180

Batch = tuple[Tensor, Tensor, Tensor, int]


class Batches(IterableDataset):
    """Batches of (pixels, classes, lengths, next sample's index)."""

    def __init__(self, start: int) -> None:
        self.start = start

    def __iter__(self) -> Iterator[Batch]:
        torch.set_num_threads(1)
        lines = Lines("train", SEED, warm_up=WARM_UP)
        index = self.start
        while True:
            pool = sorted((lines[i] for i in range(index, index + POOL)),
                          key=lambda sample: sample[0].width)
            index += POOL
            groups = list(cut(pool))
            np.random.default_rng((SEED, index)).shuffle(groups)
            for group in groups:
                yield *collate(group), index


def cut(pool: list) -> Iterator[list]:
    """Runs of samples whose padded width stays within PIXELS."""
    group: list = []
    for sample in pool:
        if group and sample[0].width * (len(group) + 1) > PIXELS:
            yield group
            group = []
        group.append(sample)
    yield group


def collate(group: list) -> tuple[Tensor, Tensor, Tensor]:
    """Pads by repeating the last column, as if the line's margin were wider."""
    width = -(-group[-1][0].width // 8) * 8
    pixels = np.empty((len(group), 1, HEIGHT, width), np.uint8)
    for row, (picture, _) in zip(pixels, group):
        values = np.asarray(picture)
        row[0] = np.pad(values, ((0, 0), (0, width - values.shape[1])), "edge")
    texts = [text for _, text in group]
    classes = torch.tensor([value for text in texts for value in encode(text)])
    return torch.from_numpy(pixels), classes, torch.tensor([len(text) for text in texts])


def learning_rate(progress: float) -> float:
    """A short linear rise, then a cosine to nearly nothing."""
    if progress < 0.04:
        return PEAK_RATE * (0.05 + 0.95 * progress / 0.04)
    return PEAK_RATE * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * min(1, progress))))


def average(mean: nn.Module, model: nn.Module, step: int) -> None:
    """Moves the exponential moving average a step towards the model."""
    decay = min(0.999, (1 + step) / (10 + step))
    with torch.no_grad():
        for kept, new in zip(mean.state_dict().values(), model.state_dict().values()):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


def error_rate(model: nn.Module, samples: list) -> float:
    """The character error rate of greedy decoding, one line at a time."""
    model.eval()
    errors = total = 0
    with torch.inference_mode():
        for picture, text in samples:
            pixels = torch.from_numpy(normalise(np.asarray(picture)))[None, None]
            errors += edit_distance(text, decode(model(pixels)[0].argmax(1).tolist()))
            total += len(text)
    return errors / total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "checkpoint.pt"
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)

    model = Reader().to(memory_format=torch.channels_last)
    mean = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    loss_of = nn.CTCLoss(blank=BLANK, zero_infinity=True)
    state = {"step": 0, "index": 0, "seconds": 0.0, "lines": 0}
    if path.exists():
        saved = torch.load(path)
        model.load_state_dict(saved["model"])
        mean.load_state_dict(saved["mean"])
        optimiser.load_state_dict(saved["optimiser"])
        state = saved["state"]

    fresh = Lines("train", SEED + 1)
    validation = [fresh[i] for i in range(200)]
    limit = options.minutes * 60
    began = time.monotonic() - state["seconds"]
    logged, losses = state["seconds"], []

    def save() -> None:
        partial = path.with_suffix(".partial")
        torch.save({"model": model.state_dict(), "mean": mean.state_dict(),
                    "optimiser": optimiser.state_dict(), "state": state}, partial)
        partial.replace(path)

    def log() -> None:
        rate = error_rate(mean, validation)
        row = (f"{state['seconds'] / 60:6.1f} min  step {state['step']:6}  "
               f"lines {state['lines']:7}  loss {np.mean(losses):7.4f}  CER {rate:.2%}")
        print(row, flush=True)
        with open(options.out / "log.txt", "a") as file:
            file.write(row + "\n")

    for pixels, classes, lengths, index in DataLoader(
            Batches(state["index"]), batch_size=None, num_workers=1, prefetch_factor=64):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(state["seconds"] / limit)
        image = (pixels.float() - 127.5) / 127.5
        output = model.train()(image.contiguous(memory_format=torch.channels_last))
        steps = torch.full((len(image),), image.shape[3] // STRIDE)
        loss = loss_of(output.transpose(0, 1), classes, steps, lengths)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        state["step"] += 1
        state["lines"] += len(image)
        state["index"] = index
        state["seconds"] = time.monotonic() - began
        average(mean, model, state["step"])
        losses.append(loss.item())
        done = state["seconds"] >= limit
        if done or state["seconds"] - logged > EVERY_SECONDS:
            save()
            log()
            logged, losses = state["seconds"], []
        if done:
            break


if __name__ == "__main__":
    main()
