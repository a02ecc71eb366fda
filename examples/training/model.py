"""The network: convolutions, two bidirectional LSTMs, one linear layer."""

from torch import Tensor, nn

ALPHABET = "".join(chr(code) for code in range(0x20, 0x7F))
"""The labels in class order. Class 0 is the CTC blank; ALPHABET[i] is class i + 1."""

BLANK = 0
CLASSES = len(ALPHABET) + 1
HEIGHT = 32
STRIDE = 4
"""Pixels of width per time step: an image W pixels wide yields W // STRIDE steps."""


def block(inputs: int, outputs: int) -> list[nn.Module]:
    """3x3 convolution, batch normalisation, ReLU."""
    return [
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ]


class Reader(nn.Module):
    """Reads one line of text: [N, 1, 32, W] to log-probabilities [N, W // 4, 96]."""

    def __init__(self, hidden: int = 128) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *block(1, 24), nn.MaxPool2d(2),                 # 16 x W/2
            *block(24, 48), nn.MaxPool2d(2),                # 8 x W/4
            *block(48, 96), nn.MaxPool2d((2, 1)),           # 4 x W/4
            *block(96, 128),
            *block(128, 128), nn.MaxPool2d((2, 1)),         # 2 x W/4
            *block(128, 192), nn.MaxPool2d((2, 1)),         # 1 x W/4
        )
        self.recurrent = nn.LSTM(
            192, hidden, num_layers=2, bidirectional=True, batch_first=True
        )
        self.classify = nn.Linear(2 * hidden, CLASSES)

    def forward(self, image: Tensor) -> Tensor:
        columns = self.features(image).squeeze(2).transpose(1, 2)
        sequence, _ = self.recurrent(columns)
        return self.classify(sequence).log_softmax(2)


def encode(text: str) -> list[int]:
    """Text to class numbers."""
    return [ord(character) - 0x20 + 1 for character in text]


def decode(classes: list[int]) -> str:
    """Greedy CTC: merge repeats, drop blanks."""
    kept = []
    previous = BLANK
    for value in classes:
        if value != previous and value != BLANK:
            kept.append(ALPHABET[value - 1])
        previous = value
    return "".join(kept)


def steps_needed(text: str) -> int:
    """The fewest time steps CTC needs: one per character, one more per repeat."""
    return len(text) + sum(a == b for a, b in zip(text, text[1:]))
