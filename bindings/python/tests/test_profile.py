"""Profiles: what the steps of a session's runs took."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

import crnn
import small_models
from crnn.__main__ import main


@pytest.fixture(scope="module")
def model() -> crnn.Model:
    return crnn.Model(small_models.bars())


IMAGE = {"image": np.random.default_rng(0).random((2, 1, small_models.BARS_HEIGHT, 30), np.float32)}


def test_entries(model: crnn.Model) -> None:
    session = model.session(profile=True)
    assert session.profile == () and isinstance(session.profile, crnn.Profile)
    outputs = session.run(IMAGE)
    profile = session.profile
    assert [entry.calls for entry in profile] == [1] * len(profile)
    assert profile[0].step == "Plan" and profile[0].node == profile[0].operator_type == ""
    convolution, = [entry for entry in profile if "Conv" in entry.operator_type]
    assert convolution.node == "conv" and convolution.step.startswith("Conv")
    # Four classes of two images' 30 columns, each a sum of four products.
    assert convolution.flops == 2 * 4 * 2 * 30 * 4
    assert convolution.bytes > 4 * (2 * 4 * 30 + outputs["logits"].size)
    assert convolution.gflops_per_second > 0 and convolution.gigabytes_per_second > 0
    assert profile.seconds == pytest.approx(sum(entry.seconds for entry in profile))
    assert np.array_equal(outputs["logits"], model.run(IMAGE)["logits"])


def test_accumulates_over_runs_and_shapes(model: crnn.Model) -> None:
    session = model.session(profile=True)
    for width in (10, 20, 10):
        session.run({"image": np.zeros((1, 1, small_models.BARS_HEIGHT, width), np.float32)})
    calls = {entry.step: entry.calls for entry in session.profile}
    assert calls["Plan"] == 2
    assert max(calls.values()) == 3
    count = len(session.profile)
    session.reset_profile()
    assert len(session.profile) == count
    assert all(entry.calls == entry.flops == entry.bytes == entry.seconds == 0 for entry in session.profile)


def test_without_profile(model: crnn.Model) -> None:
    session = model.session()
    session.run(IMAGE)
    assert session.profile == ()
    with pytest.raises(crnn.InvalidArgumentError, match="profile"):
        session.reset_profile()


def test_closed(model: crnn.Model) -> None:
    session = model.session(profile=True)
    session.close()
    with pytest.raises(crnn.InvalidHandleError):
        session.profile


def test_table(model: crnn.Model) -> None:
    session = model.session(profile=True)
    session.run(IMAGE)
    lines = str(session.profile).splitlines()
    assert lines[0].split() == ["ms", "share", "calls", "GFLOP/s", "GB/s", "step", "node"]
    assert any("conv" in line for line in lines[1:-1])
    assert "100.0%" in lines[-1]


def test_command(bars_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", str(bars_path), "--shape", "2x1x4x30", "--runs", "3"]) == 0
    assert "GFLOP/s" in capsys.readouterr().out
    assert main(["profile", str(bars_path), "--shape", "image=1x1x4x9"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("arguments, message", [
    ([], "open sizes"),
    (["--shape", "other=1x2"], "no input 'other'"),
    (["--shape", "1x1x4"], "shape"),
])
def test_bad_shapes(
    arguments: "list[str]", message: str, bars_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", str(bars_path), *arguments]) == 1
    assert message in capsys.readouterr().err


def test_wrong_usage(bars_path: pathlib.Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["profile", str(bars_path), "--shape", "axb"])
    assert stopped.value.code == 2
