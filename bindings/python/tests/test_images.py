"""Reading images of every kind."""

from __future__ import annotations

import pathlib
from typing import Any

import numpy as np
import pytest

import crnn
import small_models

Image = pytest.importorskip("PIL.Image")

CLASSES = [0, 1, 0, 1, 1, 2, 3, 0, 0, 2]
TEXT = "AABçB"


@pytest.fixture(scope="module")
def model(bars_bytes: bytes) -> crnn.Model:
    return crnn.Model(bars_bytes)


@pytest.fixture(scope="module")
def gray() -> np.ndarray:
    return small_models.bars_image(CLASSES, width=3)


def test_positions_and_confidences(model: crnn.Model, gray: np.ndarray) -> None:
    reading = model.read(gray)
    assert reading.text == TEXT
    assert reading.frame_count == gray.shape[1]
    assert 0.9 < reading.confidence <= 1
    assert reading.characters == tuple(
        crnn.Character(text, small_models.LABELS.index(text) + 1, character.confidence, x, width, x, width)
        for character, (text, x, width) in zip(
            reading.characters, [("A", 3, 3), ("A", 9, 6), ("B", 15, 3), ("ç", 18, 3), ("B", 27, 3)])
    )
    assert len(reading.characters) == 5
    assert reading.confidence == pytest.approx(np.mean([item.confidence for item in reading.characters]), rel=1e-5)


def test_positions_in_a_scaled_image(model: crnn.Model, gray: np.ndarray) -> None:
    """Three times as high and wide: scaled to the network's height, positions come back in the image's own pixels."""
    reading = model.read(np.kron(gray, np.ones((3, 3), np.uint8)))
    assert reading.text == TEXT
    assert [item.x for item in reading.characters] == pytest.approx([9, 27, 45, 54, 81], abs=1e-3)
    assert [item.width for item in reading.characters] == pytest.approx([9, 18, 9, 9, 9], abs=1e-3)


def test_blank_image(model: crnn.Model) -> None:
    reading = model.read(np.full((4, 20), 255, np.uint8))
    assert reading.text == "" and reading.characters == ()
    assert 0.9 < reading.confidence <= 1


def test_readings_are_frozen(model: crnn.Model, gray: np.ndarray) -> None:
    with pytest.raises(AttributeError):
        model.read(gray).text = "other"  # type: ignore[misc]


@pytest.mark.parametrize("form", [
    lambda gray: gray[:, :, np.newaxis],
    lambda gray: np.stack([gray] * 3, axis=2),
    lambda gray: np.stack([gray] * 3 + [np.full_like(gray, 255)], axis=2),
    lambda gray: np.asfortranarray(gray),
    lambda gray: gray[::-1],
    lambda gray: gray[:, ::-1].copy()[:, ::-1],
    lambda gray: np.pad(gray, 5)[5:-5, 5:-5],
    lambda gray: np.pad(np.stack([gray] * 3, axis=2), ((2, 2), (7, 1), (0, 0)))[2:-2, 7:-1],
    lambda gray: np.stack([gray] * 4, axis=2)[:, :, :3],
    lambda gray: np.stack([gray] * 3, axis=2)[:, :, ::-1],
    lambda gray: np.broadcast_to(gray[0], gray.shape),
])
def test_every_form_of_an_array(form: Any, model: crnn.Model, gray: np.ndarray) -> None:
    assert model.read(form(gray)) == model.read(gray)


def test_crops_are_not_copied() -> None:
    from crnn._images import native_image

    page = np.zeros((100, 200, 3), np.uint8)
    for crop in (page[10:20, 30:90], page[10:20:2], page[::-1], page[:, :1]):
        native, array = native_image(crop, None)
        assert native.pixels == crop.ctypes.data
        assert (native.height, native.width) == crop.shape[:2]
        assert native.stride == crop.strides[0]
    copied, array = native_image(page[:, ::2], None)
    assert copied.pixels == array.ctypes.data != page.ctypes.data


def test_transparent_pixels_are_white(model: crnn.Model, gray: np.ndarray) -> None:
    alpha = np.where(gray == 255, 0, 255).astype(np.uint8)
    pixels = np.stack([np.where(gray == 255, 0, gray)] * 3 + [alpha], axis=2).astype(np.uint8)
    assert model.read(pixels).text == TEXT
    assert model.read(Image.fromarray(pixels)).text == TEXT


def test_channel_order(model: crnn.Model) -> None:
    """Pure red and pure blue differ in brightness, so their order matters to a gray network."""
    red = np.zeros((4, 8, 3), np.uint8)
    red[:, :, 0] = 255
    blue = np.ascontiguousarray(red[:, :, ::-1])
    assert model.read(red) == model.read(blue, pixel_format="bgr")
    assert model.read(red) == model.read(red, pixel_format="rgb")
    assert model.read(red) != model.read(blue)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA", "CMYK", "PA", "RGBX"])
def test_pillow_modes(mode: str, model: crnn.Model, gray: np.ndarray) -> None:
    assert model.read(Image.fromarray(gray).convert(mode)) == model.read(gray)


def test_pillow_ycbcr(model: crnn.Model, gray: np.ndarray) -> None:
    assert model.read(Image.fromarray(gray).convert("YCbCr")).text == TEXT


def test_pillow_bilevel(model: crnn.Model) -> None:
    gray = small_models.bars_image([0, 1, 0, 1])
    assert model.read(Image.fromarray(gray).convert("1")) == model.read(gray)


def test_pillow_palette_with_transparency(model: crnn.Model, gray: np.ndarray) -> None:
    indices = np.where(gray == 255, 0, 1).astype(np.uint8)
    image = Image.frombytes("P", gray.shape[::-1], indices.tobytes())
    image.putpalette([200, 0, 0, 0, 0, 0])
    image.info["transparency"] = 0
    assert model.read(image).text == "AAA"


@pytest.mark.parametrize("dtype, mode", [(np.uint16, "I;16"), (np.int32, "I")])
def test_pillow_16_bit(dtype: Any, mode: str, model: crnn.Model, gray: np.ndarray, tmp_path: pathlib.Path) -> None:
    image = Image.fromarray(gray.astype(dtype) * 257)
    assert image.mode == mode
    assert model.read(image) == model.read(gray)
    if mode == "I;16":
        image.save(tmp_path / "deep.png")
        assert model.read(tmp_path / "deep.png") == model.read(gray)


def test_pillow_int_with_8_bit_samples(model: crnn.Model, gray: np.ndarray) -> None:
    assert model.read(Image.fromarray(gray).convert("I")) == model.read(gray)


def test_pillow_float_is_refused(model: crnn.Model, gray: np.ndarray) -> None:
    with pytest.raises(crnn.InvalidInputError, match="mode F"):
        model.read(Image.fromarray(gray.astype(np.float32)))


def test_files(model: crnn.Model, gray: np.ndarray, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "line.png"
    Image.fromarray(gray).save(path)
    assert model.read(path) == model.read(str(path)) == model.read(gray)


def test_orientation_of_photographs(model: crnn.Model, gray: np.ndarray, tmp_path: pathlib.Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    Image.fromarray(np.rot90(gray)).save(tmp_path / "turned.png", exif=exif)
    assert model.read(tmp_path / "turned.png") == model.read(gray)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", "truncated"])
def test_files_that_are_no_images(content: Any, model: crnn.Model, gray: np.ndarray, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "line.png"
    if content == "truncated":
        noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
        Image.fromarray(noise).save(path)
        content = path.read_bytes()[:2000]
    path.write_bytes(content)
    with pytest.raises(crnn.FileError, match="line.png: cannot be read as an image"):
        model.read(path)


def test_missing_file(model: crnn.Model, tmp_path: pathlib.Path) -> None:
    with pytest.raises(crnn.FileError, match="line.png: no such file"):
        model.read(tmp_path / "line.png")


@pytest.mark.parametrize("image, message", [
    (np.zeros((4, 8), np.float32), "uint8"),
    (np.zeros((4, 8), bool), "uint8"),
    (np.zeros((8,), np.uint8), "1 dimensions"),
    (np.zeros((1, 1, 4, 8), np.uint8), "4 dimensions"),
    (np.zeros((4, 8, 2), np.uint8), "2"),
    (np.zeros((4, 8, 5), np.uint8), "5"),
])
def test_arrays_that_are_no_images(image: np.ndarray, message: str, model: crnn.Model) -> None:
    with pytest.raises(crnn.InvalidInputError, match=message):
        model.read(image)


def test_wrong_arguments(model: crnn.Model, gray: np.ndarray) -> None:
    with pytest.raises(TypeError, match="int"):
        model.read(3)
    with pytest.raises(crnn.InvalidArgumentError, match="cmyk"):
        model.read(gray, pixel_format="cmyk")
    with pytest.raises(crnn.InvalidInputError, match="rgb pixels have 3 channels"):
        model.read(gray, pixel_format="rgb")
    with pytest.raises(crnn.InvalidArgumentError, match="pixel_format"):
        model.read(Image.fromarray(gray), pixel_format="gray")
