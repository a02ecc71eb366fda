"""Exports a checkpoint as ONNX with its metadata, and checks it with ONNX Runtime.

    python examples/training/export.py build/training/checkpoint.pt \\
        examples/models/reader.onnx
"""

import argparse
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch

from model import ALPHABET, BLANK, HEIGHT, STRIDE, Reader

SHAPES = ((1, 8), (1, 100), (3, 64), (2, 321), (1, 747))
TOLERANCE = 1e-3

METADATA = {
    "crnn.name": "Bundled reader of printed ASCII lines",
    "crnn.description": (
        "Convolutional recurrent network that reads one line of printed text "
        "in the 95 printable ASCII characters, trained on rendered lines."
    ),
    "crnn.license": "Apache-2.0",
    "crnn.kind": "image",
    "crnn.labels": "\n".join(ALPHABET),
    "crnn.blank": str(BLANK),
    "crnn.image.height": str(HEIGHT),
    "crnn.image.channels": "gray",
    "crnn.image.layout": "NCHW",
    "crnn.image.mean": "127.5",
    "crnn.image.scale": "0.00784313725490196",
    "crnn.output.kind": "log_probabilities",
    "crnn.output.layout": "NTC",
}


def load(checkpoint: pathlib.Path | None) -> Reader:
    """The averaged weights of a checkpoint, or an untrained network."""
    model = Reader()
    if checkpoint:
        model.load_state_dict(torch.load(checkpoint)["mean"])
    return model.eval()


def write(model: Reader, path: pathlib.Path) -> None:
    """Exports with TorchScript's exporter and adds the metadata."""
    torch.onnx.export(
        model, (torch.zeros(2, 1, HEIGHT, 320),), path, dynamo=False, opset_version=17,
        do_constant_folding=True, input_names=["image"], output_names=["log_probabilities"],
        dynamic_axes={"image": {0: "N", 3: "W"}, "log_probabilities": {0: "N", 1: "T"}},
    )
    exported = onnx.load(path)
    onnx.helper.set_model_props(exported, METADATA)
    exported.doc_string = METADATA["crnn.description"]
    onnx.checker.check_model(exported, full_check=True)
    onnx.save(exported, path)


def greatest_difference(model: Reader, path: pathlib.Path) -> float:
    """The greatest difference from PyTorch over several batch sizes and widths."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    worst = 0.0
    for count, width in SHAPES:
        image = random.uniform(-1, 1, (count, 1, HEIGHT, width)).astype(np.float32)
        actual = session.run(["log_probabilities"], {"image": image})[0]
        with torch.inference_mode():
            expected = model(torch.from_numpy(image)).numpy()
        assert actual.shape == expected.shape == (count, width // STRIDE, len(ALPHABET) + 1)
        worst = max(worst, float(np.abs(actual - expected).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=pathlib.Path, help="or 'untrained'")
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    untrained = str(options.checkpoint) == "untrained"
    model = load(None if untrained else options.checkpoint)
    write(model, options.output)
    difference = greatest_difference(model, options.output)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{options.output}: {options.output.stat().st_size:,} bytes, {parameters:,} parameters, "
          f"greatest difference from PyTorch {difference:.1e}")
    if difference > TOLERANCE:
        raise SystemExit("the exported model does not match")


if __name__ == "__main__":
    main()
