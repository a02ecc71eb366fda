"""Renders lines of text as gray images, from clean to badly degraded.

Sample number `index` of a `Lines` stream depends on its seed and index alone.
"""

import functools
import io
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from fonts import font_files
from model import HEIGHT, STRIDE, steps_needed
from text import line, pick

Rng = np.random.Generator

LEVELS = ("clean", "mild", "hard")
SIZES = {"clean": (16, 56), "mild": (14, 56), "hard": (11, 50)}
TALL = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789bdfhklt")


@functools.lru_cache(maxsize=256)
def load_font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def chance(rng: Rng, probability: float) -> bool:
    return bool(rng.random() < probability)


def draw_mask(text: str, path: str, size: int, level: str, rng: Rng) -> Image.Image:
    """White text on black with its margins, before any degradation."""
    font = load_font(path, size)
    stroke = 1 if size > 30 and chance(rng, 0.05) else 0
    tracking = size * rng.uniform(-0.03, 0.2) if chance(rng, 0.12) else 0.0
    jitter = size * rng.uniform(0, 0.04) if level != "clean" and chance(rng, 0.15) else 0.0
    left, top, right, bottom = font.getbbox(text, anchor="ls", stroke_width=stroke)
    right += math.ceil(tracking * len(text)) if tracking else 0
    # The vertical frame: the ink of this text, or the whole line as a page's crop has it.
    whole = len(text) < 3 or chance(rng, 0.5)
    if whole or (not TALL & set(text) and chance(rng, 0.8)):
        _, line_top, _, line_bottom = font.getbbox("dbkpg|", anchor="ls")
        top, bottom = min(top, line_top), max(bottom, line_bottom if whole else bottom)
    tight = chance(rng, 0.5)
    above, below = rng.uniform(0, 0.10 if tight else 0.32, 2) * size
    before, after = rng.uniform(0, 0.25 if tight else 1.2, 2) * size
    pad = math.ceil(2 * jitter) + 1
    width = max(8, math.ceil(right - left + before + after) + 2)
    height = max(8, math.ceil(bottom - top + above + below) + 2 * pad)
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    x, y = before - left + 1, above - top + pad
    if tracking or jitter:
        for character in text:
            draw.text((x, y + rng.normal() * jitter), character, 255, font, "ls",
                      stroke_width=stroke)
            x += font.getlength(character) + tracking
    else:
        draw.text((x, y), text, 255, font, "ls", stroke_width=stroke)
    if level != "clean" and chance(rng, 0.08):
        add_clutter(draw, width, height, font, x, y, rng)
    return mask


def add_clutter(draw, width, height, font, x, y, rng: Rng) -> None:
    """An underline, a table's rule at an edge, or the feet of a neighbouring line."""
    kind = rng.integers(3)
    if kind == 0:
        under = min(height - 1, int(y + font.size * rng.uniform(0.12, 0.25)))
        draw.line((0, under, width, under), int(rng.integers(120, 256)))
    elif kind == 1:
        edge = int(rng.choice([0, height - 1]))
        draw.line((0, edge, width, edge), int(rng.integers(120, 256)))
    else:
        descent = font.getbbox("gpy", anchor="ls")[3]
        draw.text((rng.uniform(-20, 0), rng.uniform(0, 2) - max(0, descent - 2)),
                  "the gypsy quay of days, pray by my page", 200, font, "ls")


def warp(mask: Image.Image, level: str, rng: Rng) -> Image.Image:
    """A slight rotation and slant."""
    spread = {"clean": 0.0, "mild": 0.5, "hard": 1.0}[level]
    if not spread or chance(rng, 0.4):
        return mask
    # A long line may climb by a part of its height only, whatever the angle.
    limit = min(math.radians(2.5), 0.35 * mask.height / mask.width)
    slope = limit * spread * rng.uniform(-1, 1)
    slant = 0.25 * spread * rng.uniform(-1, 1) if chance(rng, 0.5) else 0.0
    grow = math.ceil(abs(slope) * mask.width / 2)
    side = math.ceil(abs(slant) * mask.height / 2)
    size = (mask.width + 2 * side, mask.height + 2 * grow)
    cx, cy = size[0] / 2, size[1] / 2
    return mask.transform(size, Image.Transform.AFFINE, (
        1, slant, -slant * cy - side, slope, 1, -slope * cx - grow,
    ), Image.Resampling.BILINEAR)


def smooth_noise(shape: tuple[int, int], cell: float, rng: Rng) -> np.ndarray:
    """Noise in [0, 1] whose features are about `cell` pixels wide."""
    coarse = (max(2, math.ceil(shape[0] / cell)), max(2, math.ceil(shape[1] / cell)))
    field = Image.fromarray(rng.integers(0, 256, coarse, dtype=np.uint8))
    return np.asarray(field.resize(shape[::-1], Image.Resampling.BICUBIC), np.float32) / 255


def ink(mask: Image.Image, size: int, level: str, rng: Rng) -> np.ndarray:
    """Coverage in [0, 1], with the spread and gaps of real ink."""
    if level != "clean" and chance(rng, 0.25):
        filtered = mask.filter(
            ImageFilter.MaxFilter(3) if chance(rng, 0.5) or size < 24 else ImageFilter.MinFilter(3)
        )
        most = min(1.0, size / 40)
        mask = Image.blend(mask, filtered, most * rng.uniform(0.2, 1))
    cover = np.asarray(mask, np.float32) / 255
    if level != "clean" and chance(rng, 0.2 if level == "mild" else 0.4):
        strength = rng.uniform(0.2, 0.6 if level == "mild" else 0.9)
        gaps = smooth_noise(cover.shape, rng.uniform(1, 4), rng) < rng.uniform(0.2, 0.4)
        cover = cover * (1 - strength * gaps)
    return cover


def compose(cover: np.ndarray, level: str, rng: Rng) -> np.ndarray:
    """Ink on paper: gray levels, inverse video, uneven light."""
    contrast = {"clean": 130, "mild": 80, "hard": 40}[level]
    if chance(rng, 0.45):
        paper, tone = 255.0, rng.uniform(0, 60)
    else:
        paper = rng.uniform(contrast, 255)
        tone = rng.uniform(0, paper - contrast)
    if chance(rng, 0.18):
        paper, tone = tone, paper
    image = paper + (tone - paper) * cover
    if level != "clean" and chance(rng, 0.4):
        depth = rng.uniform(0.05, 0.25 if level == "mild" else 0.5)
        light = smooth_noise(cover.shape, max(cover.shape) / rng.uniform(1, 5), rng)
        image = image * (1 - depth * light)
    if level != "clean" and chance(rng, 0.2):
        depth = rng.uniform(4, 14 if level == "mild" else 30)
        image = image + depth * (smooth_noise(cover.shape, rng.uniform(1.5, 6), rng) - 0.5)
    return image


def degrade(image: np.ndarray, size: int, level: str, rng: Rng) -> Image.Image:
    """What a camera, a scanner or a codec does: blur, resolution, noise, JPEG."""
    picture = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
    if level == "clean":
        if chance(rng, 0.3):
            picture = rescale(picture, rng.uniform(20, 40))
        return picture
    hard = level == "hard"
    if chance(rng, 0.6 if hard else 0.4):
        radius = size * rng.uniform(0.01, 0.075 if hard else 0.04)
        picture = picture.filter(ImageFilter.GaussianBlur(radius))
    if chance(rng, 0.6 if hard else 0.4):
        lowest, highest = (12, 24) if hard else (17, 34)
        small = rescale(picture, rng.uniform(lowest, highest))
        back = picture.size if chance(rng, 0.5) else small.size
        picture = small.resize(back, pick_filter(rng))
    if chance(rng, 0.6 if hard else 0.4):
        deviation = rng.uniform(2, 28 if hard else 12)
        noisy = np.asarray(picture, np.float32)
        noisy = noisy + deviation * rng.standard_normal(noisy.shape, np.float32)
        picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if picture.height >= 24 and chance(rng, 0.12):
        values = np.asarray(picture)
        middle = (int(values.min()) + int(values.max())) / 2 + rng.uniform(-15, 15)
        picture = picture.point(lambda v: 255 if v > middle else 0)
    if chance(rng, 0.5 if hard else 0.3):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=int(rng.integers(15 if hard else 40, 91)))
        picture = Image.open(data).convert("L")
    return picture


def pick_filter(rng: Rng) -> Image.Resampling:
    return (Image.Resampling.NEAREST, Image.Resampling.BILINEAR,
            Image.Resampling.BICUBIC)[int(rng.integers(3))]


def rescale(picture: Image.Image, height: float) -> Image.Image:
    """The same picture at another height (never enlarged)."""
    factor = height / picture.height
    if factor >= 1:
        return picture
    size = (max(4, round(picture.width * factor)), max(4, round(height)))
    return picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def render(text: str, path: str, level: str, rng: Rng) -> Image.Image:
    """One line of text in one font file at one level of degradation."""
    low, high = SIZES[level]
    size = round(math.exp(rng.uniform(math.log(low), math.log(high))))
    mask = draw_mask(text, path, size, level, rng)
    cover = ink(warp(mask, level, rng), size, level, rng)
    return degrade(compose(cover, level, rng), size, level, rng)


def to_input(picture: Image.Image) -> Image.Image:
    """The runtime's input contract, as 8-bit gray: 32 pixels high, aspect kept."""
    picture = picture.convert("L")
    width = max(1, -(-HEIGHT * picture.width // picture.height))
    return picture.resize((width, HEIGHT), Image.Resampling.BILINEAR)


def normalise(pixels: np.ndarray) -> np.ndarray:
    """Gray levels 0..255 to the network's input, -1..1."""
    return (pixels.astype(np.float32) - 127.5) / 127.5


class Lines:
    """An endless, repeatable stream of (image, text) samples.

    The first `warm_up` samples grow from short and clean to the full mix.
    """

    def __init__(self, split: str, seed: int, mix: tuple[float, ...] = (0.3, 0.42, 0.28),
                 longest: int = 40, warm_up: int = 0) -> None:
        self.fonts = font_files(split)
        self.seed = seed
        self.mix = mix
        self.longest = longest
        self.warm_up = warm_up

    def __getitem__(self, index: int) -> tuple[Image.Image, str]:
        """Sample `index`, ready for the network: 32 pixels high."""
        rng = np.random.default_rng((self.seed, index))
        warmth = min(1.0, index / self.warm_up) if self.warm_up else 1.0
        longest = round(6 + (self.longest - 6) * warmth)
        while True:
            text = line(rng, longest)
            family = pick(rng, self.fonts)
            level = pick_level(rng, self.mix) if chance(rng, warmth) else "clean"
            picture = to_input(render(text, pick(rng, family), level, rng))
            if steps_needed(text) <= picture.width // STRIDE and picture.width <= 1000:
                return picture, text


def pick_level(rng: Rng, mix: tuple[float, ...]) -> str:
    return LEVELS[min(2, int(np.searchsorted(np.cumsum(mix), rng.random())))]
