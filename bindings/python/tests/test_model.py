"""Models: what they say of themselves, metadata, saving, lifetime."""

from __future__ import annotations

import gc
import logging
import os
import pathlib
import weakref
from typing import Any, Iterator, List, Tuple

import numpy as np
import pytest
from onnx import TensorProto

import crnn
import small_models


def test_specs() -> None:
    model = crnn.Model(small_models.affine())
    assert model.inputs == (
        crnn.TensorSpec("x", np.dtype(np.float32), (None, 3)),
        crnn.TensorSpec("bias", np.dtype(np.float32), (3,)),
    )
    assert [spec.name for spec in model.outputs] == ["product", "relu"]
    assert all(spec.dtype == np.float32 for spec in model.outputs)


def test_undeclared_shape() -> None:
    model = crnn.Model(small_models.identity(TensorProto.FLOAT, None))
    assert model.inputs[0].shape is None
    for shape in ((), (3,), (2, 0), (2, 1, 3)):
        array = np.full(shape, 2, np.float32)
        assert model.run({"x": array})["y"].shape == shape


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_paths(kind: Any, bars_path: pathlib.Path) -> None:
    assert crnn.Model(kind(bars_path)).info.format == "onnx"
    assert crnn.Model(kind(bars_path), copy_file=True).info.format == "onnx"


def test_path_beyond_ascii(bars_bytes: bytes, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "Zeilen lesen – ñ.onnx"
    path.write_bytes(bars_bytes)
    model = crnn.Model(path)
    model.save(tmp_path / "ö.crnn")
    assert crnn.Model(tmp_path / "ö.crnn").info.format == "crnn"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_memory(kind: Any, bars_bytes: bytes) -> None:
    model = crnn.Model(kind(bars_bytes))
    assert model.info.format == "onnx"
    assert model.info.mapped_bytes == 0


def test_bytes_are_copied(bars_bytes: bytes) -> None:
    content = bytearray(bars_bytes)
    model = crnn.Model(content)
    content[:] = bytes(len(content))
    image = small_models.bars_image([1, 2, 3])
    assert model.read(image).text == "ABç"


def test_info(bars_path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    model = crnn.Model(bars_path)
    weights = 4 * small_models.BARS_HEIGHT + 4
    assert model.info.parameter_count >= weights
    assert model.info.parameter_bytes >= 4 * weights
    model.save(tmp_path / "bars.crnn")
    native = crnn.Model(tmp_path / "bars.crnn")
    assert native.info.format == "crnn"
    assert native.inputs == model.inputs
    assert native.outputs == model.outputs


def test_nodes(bars_path: pathlib.Path) -> None:
    nodes = crnn.Model(bars_path).nodes
    assert any("Conv" in node.operator_type for node in nodes)
    assert any("conv" in node.name for node in nodes)


class TestMetadata:
    @pytest.fixture
    def model(self, bars_bytes: bytes) -> Iterator[crnn.Model]:
        with crnn.Model(bars_bytes) as model:
            yield model

    def test_is_what_the_file_has(self, model: crnn.Model) -> None:
        assert dict(model.metadata) == small_models.BARS_METADATA
        assert len(model.metadata) == len(small_models.BARS_METADATA)
        assert "crnn.labels" in model.metadata and "crnn.nothing" not in model.metadata
        assert model.metadata.get("crnn.nothing") is None
        with pytest.raises(KeyError):
            model.metadata["crnn.nothing"]

    def test_setting_and_deleting(self, model: crnn.Model) -> None:
        model.metadata["note"] = "Grüße\n1"
        assert model.metadata["note"] == "Grüße\n1"
        model.metadata["note"] = ""
        assert model.metadata["note"] == ""
        del model.metadata["note"]
        assert "note" not in model.metadata
        with pytest.raises(KeyError):
            del model.metadata["note"]

    def test_wrong_types(self, model: crnn.Model) -> None:
        with pytest.raises(TypeError):
            model.metadata["note"] = 3  # type: ignore[assignment]
        with pytest.raises(crnn.InvalidArgumentError, match="NUL"):
            model.metadata["note"] = "a\0b"

    def test_reaches_the_saved_file(self, model: crnn.Model, tmp_path: pathlib.Path) -> None:
        model.metadata["note"] = "x" * 100_000
        del model.metadata["crnn.blank"]
        model.save(tmp_path / "saved.crnn")
        assert dict(crnn.Model(tmp_path / "saved.crnn").metadata) == dict(model.metadata)

    def test_drives_the_default_session(self, model: crnn.Model) -> None:
        image = small_models.bars_image([1, 2, 3])
        assert model.read(image).text == "ABç"
        model.metadata["crnn.labels"] = "x\ny\nzz"
        assert model.read(image).text == "xyzz"
        del model.metadata["crnn.labels"]
        with pytest.raises(crnn.InvalidMetadataError, match="crnn.labels"):
            model.read(image)

    def test_outlives_the_name_of_its_model(self, bars_bytes: bytes) -> None:
        metadata = crnn.Model(bars_bytes).metadata
        gc.collect()
        assert metadata["crnn.blank"] == "0"


class TestSaving:
    def test_replaces_a_file(self, bars_path: pathlib.Path, tmp_path: pathlib.Path) -> None:
        target = tmp_path / "model.crnn"
        target.write_text("something else")
        crnn.Model(bars_path).save(target)
        assert crnn.Model(target).info.format == "crnn"
        assert os.listdir(tmp_path) == ["model.crnn"]

    def test_onto_itself(self, bars_path: pathlib.Path, tmp_path: pathlib.Path) -> None:
        target = tmp_path / "model.crnn"
        crnn.Model(bars_path).save(target)
        model = crnn.Model(target)
        content = target.read_bytes()
        model.save(target)
        assert target.read_bytes() == content
        assert model.read(small_models.bars_image([1, 3])).text == "Aç"

    def test_twice_gives_the_same_bytes(self, bars_path: pathlib.Path, tmp_path: pathlib.Path) -> None:
        crnn.Model(bars_path).save(tmp_path / "a.crnn")
        crnn.Model(tmp_path / "a.crnn").save(tmp_path / "b.crnn")
        assert (tmp_path / "a.crnn").read_bytes() == (tmp_path / "b.crnn").read_bytes()

    def test_opens_from_memory(self, bars_path: pathlib.Path, tmp_path: pathlib.Path) -> None:
        crnn.Model(bars_path).save(tmp_path / "a.crnn")
        model = crnn.Model((tmp_path / "a.crnn").read_bytes())
        assert model.read(small_models.bars_image([1, 3])).text == "Aç"


class TestLifetime:
    def test_closed_model(self, bars_bytes: bytes, tmp_path: pathlib.Path) -> None:
        model = crnn.Model(bars_bytes)
        model.read(small_models.bars_image([1]))
        model.close()
        model.close()
        uses: List[Any] = [
            lambda: model.inputs, lambda: model.outputs, lambda: model.nodes, lambda: model.info,
            lambda: model.metadata, lambda: model.session(), lambda: model.save(tmp_path / "a"),
            lambda: model.run({}), lambda: model.read(small_models.bars_image([1])),
        ]
        for use in uses:
            with pytest.raises(crnn.InvalidHandleError, match="closed"):
                use()
        assert "closed" in repr(model)

    def test_session_outlives_its_model(self, bars_bytes: bytes) -> None:
        model = crnn.Model(bars_bytes)
        session = model.session()
        model.close()
        del model
        gc.collect()
        assert session.read(small_models.bars_image([1, 2])).text == "AB"

    def test_session_closed_before_its_model(self, bars_bytes: bytes) -> None:
        with crnn.Model(bars_bytes) as model:
            with model.session() as session:
                session.read(small_models.bars_image([1]))
            session.close()
            with pytest.raises(crnn.InvalidHandleError, match="closed"):
                session.read(small_models.bars_image([1]))
            with pytest.raises(crnn.InvalidHandleError, match="closed"):
                session.info
            assert model.read(small_models.bars_image([1])).text == "A"

    def test_unreferenced_handles_are_released(self, bars_bytes: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        model = crnn.Model(bars_bytes)
        session = model.session()
        finalizers: Tuple[weakref.finalize, ...] = (model._finalizer, session._finalizer)
        assert all(finalizer.alive for finalizer in finalizers)
        del model, session
        assert not any(finalizer.alive for finalizer in finalizers)


class TestLogging:
    @pytest.fixture(autouse=True)
    def restored(self) -> Iterator[None]:
        yield
        crnn.set_log_callback(logging.getLogger("crnn").log)

    def test_nothing_is_printed(self, bars_bytes: bytes, capfd: pytest.CaptureFixture[str]) -> None:
        crnn.Model(bars_bytes).read(small_models.bars_image([1]))
        with pytest.raises(crnn.Error):
            crnn.Model(b"nonsense")
        assert capfd.readouterr() == ("", "")

    def test_messages_have_levels(self) -> None:
        from crnn import _api, _logging

        messages: List[Tuple[int, str]] = []
        crnn.set_log_callback(lambda level, message: messages.append((level, message)))
        _logging._receiver(_api.LogLevel.WARNING, "100% ö".encode(), None)
        _logging._receiver(_api.LogLevel.INFO, b"b", None)
        _logging._receiver(99, b"c", None)
        crnn.set_log_callback(None)
        _logging._receiver(_api.LogLevel.WARNING, b"d", None)
        assert messages == [(logging.WARNING, "100% ö"), (logging.INFO, "b"), (logging.INFO, "c")]

    def test_logger(self, caplog: pytest.LogCaptureFixture) -> None:
        from crnn import _api, _logging

        crnn.set_log_callback(logging.getLogger("crnn").log)
        with caplog.at_level(logging.INFO, logger="crnn"):
            _logging._receiver(_api.LogLevel.WARNING, b"100% sure", None)
        assert caplog.record_tuples == [("crnn", logging.WARNING, "100% sure")]


def test_frame_seconds(bars_bytes: bytes) -> None:
    with crnn.Model(bars_bytes) as model:
        assert model.frame_seconds is None
        model.metadata["crnn.output.frame_seconds"] = "0.04"
        assert model.frame_seconds == 0.04
        for wrong in ("", "-1", "0", "inf", "fast"):
            model.metadata["crnn.output.frame_seconds"] = wrong
            with pytest.raises(crnn.InvalidMetadataError, match="frame_seconds"):
                model.frame_seconds
