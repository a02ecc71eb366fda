"""Real models and images, which lie beside the checkout where there are any."""

from __future__ import annotations

import pathlib
from typing import Dict, List

import numpy as np
import pytest
from conftest import CHECKOUT

import crnn
import goldens

SHARED = CHECKOUT.parent / "shared"
MODELS = sorted((SHARED / "models").glob("*/*.onnx"))

pytestmark = pytest.mark.skipif(not MODELS, reason="no shared models beside this checkout")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_matches_goldens(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    goldens.check_both_files(path, goldens.of_model(path, "golden"), tmp_path)


CAPTCHA_METADATA = {
    "crnn.kind": "image",
    "crnn.labels": "\n".join("Y65WRD98SMBG3NJ21CP4KF7ZXHVTQL"),
    "crnn.blank": "30",
    "crnn.image.height": "60",
    "crnn.image.width": "160",
    "crnn.image.channels": "bgr",
    "crnn.image.layout": "NHWC",
    "crnn.output.kind": "probabilities",
    "crnn.output.layout": "NTC",
}


def test_captchas_are_read(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("PIL")
    folder = SHARED / "data" / "sat-captcha"
    lines = (folder / "labels.tsv").read_text().splitlines()
    model = crnn.Model(SHARED / "models" / "sat-captcha" / "model.onnx")
    model.metadata.update(CAPTCHA_METADATA)
    model.save(tmp_path / "captcha.crnn")
    native = crnn.Model(tmp_path / "captcha.crnn")
    assert {key: native.metadata[key] for key in CAPTCHA_METADATA} == CAPTCHA_METADATA
    wrong = []
    for line in lines:
        name, expected = line.split("\t")
        reading = model.read(folder / name)
        assert native.read(folder / name) == reading
        assert len(reading.characters) == len(reading.text)
        if reading.text != expected:
            wrong.append((name, reading.text))
    assert len(lines) == 200
    assert len(wrong) <= 1, wrong


def line_labels() -> List[str]:
    return (SHARED / "models" / "ppocr-en-number-v2" / "en_dict.txt").read_text().splitlines() + [" "]


LINE_MODEL = SHARED / "models" / "ppocr-en-number-v2" / "en_number_mobile_v2.0_rec_infer.onnx"
LINE_MEAN, LINE_SCALE = 127.5, 1 / 127.5


@pytest.fixture(scope="module")
def line_model() -> crnn.Model:
    model = crnn.Model(LINE_MODEL)
    model.metadata.update({
        "crnn.kind": "image",
        "crnn.labels": "\n".join(line_labels()),
        "crnn.image.height": "32",
        "crnn.image.channels": "bgr",
        "crnn.image.mean": str(LINE_MEAN),
        "crnn.image.scale": str(LINE_SCALE),
        "crnn.output.kind": "probabilities",
        "crnn.output.layout": "NTC",
    })
    return model


def greedy_text(probabilities: np.ndarray, labels: List[str]) -> str:
    """Best path of [T, C] with blank 0."""
    best = probabilities.argmax(axis=1)
    kept = [index for step, index in enumerate(best) if index and (step == 0 or best[step - 1] != index)]
    return "".join(labels[index - 1] for index in kept)


@pytest.mark.parametrize("path", sorted((SHARED / "data" / "lines").glob("*.[jp][pn]g")), ids=lambda path: path.stem)
def test_lines_are_read_as_onnxruntime_reads_them(path: pathlib.Path, line_model: crnn.Model) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    image_module = pytest.importorskip("PIL.Image")
    with image_module.open(path) as opened:
        image = opened.convert("RGBA")
    image = image_module.alpha_composite(image_module.new("RGBA", image.size, "white"), image).convert("RGB")
    width = -(-32 * image.width // image.height)
    scaled = np.asarray(image.resize((width, 32), image_module.Resampling.BILINEAR), np.float32)
    tensor = ((scaled[:, :, ::-1] - LINE_MEAN) * LINE_SCALE).transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    session = onnxruntime.InferenceSession(str(LINE_MODEL), providers=["CPUExecutionProvider"])
    expected = greedy_text(session.run(None, {"x": tensor})[0][0], line_labels())

    reading = line_model.read(path)

    assert reading.text == expected
    assert 0.5 < reading.confidence <= 1
    ends = [character.x + character.width for character in reading.characters]
    assert all(0 <= character.x < image.width for character in reading.characters)
    assert ends == sorted(ends) and ends[-1] <= image.width + 1


KNOWN_LINES = {
    "0079-01000d": '"In both volumes (Volume I, page 3-A-15; Volume II, pages 2-38 and 2-39)',
    "crnn_demo": "Available",
    "demo_1": "Available",
    "demo_4": "Greenstead",
    "demo_7": "underground",
    "en_rec": "To facilitate the shot type analysis in videos, we collect MovieShots, a large-scale",
}


@pytest.mark.parametrize("stem", sorted(KNOWN_LINES))
def test_lines_are_read_right(stem: str, line_model: crnn.Model) -> None:
    pytest.importorskip("PIL")
    path = next((SHARED / "data" / "lines").glob(f"{stem}.[jp][pn]g"))
    assert line_model.read(path).text == KNOWN_LINES[stem]


@pytest.mark.parametrize("name", ["gtcrn", "gtcrn_simple"])
def test_streaming_with_caches(name: str) -> None:
    """Speech enhancement, frame by frame: what a frame leaves in the caches goes into the next."""
    onnxruntime = pytest.importorskip("onnxruntime")
    path = SHARED / "models" / "gtcrn" / f"{name}.onnx"
    session = crnn.Model(path).session()
    peer = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    caches = [node.name for node in peer.get_inputs() if node.name.endswith("cache")]
    names = [node.name for node in peer.get_outputs()]
    zeros = {node.name: np.zeros(node.shape, np.float32) for node in peer.get_inputs() if node.name in caches}
    ours, theirs = dict(zeros), dict(zeros)
    random = np.random.default_rng(7)
    for _ in range(8):
        frame = random.standard_normal((1, 257, 1, 2)).astype(np.float32)
        actual = session.run({"mix": frame, **ours})
        expected: Dict[str, np.ndarray] = dict(zip(names, peer.run(names, {"mix": frame, **theirs})))
        for output in names:
            assert goldens.largest_difference(expected[output], actual[output]) <= goldens.TOLERANCE
        ours = {cache: actual[f"{cache}_out"] for cache in caches}
        theirs = {cache: expected[f"{cache}_out"] for cache in caches}
    assert session.info.plans_built == 1
