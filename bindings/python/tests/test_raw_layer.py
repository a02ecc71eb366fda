"""The declarations of `crnn._api` against the header."""

from __future__ import annotations

import ctypes
import pathlib
import re
import shutil
import subprocess

import pytest

from crnn import Status, _api, _errors, _library

STRUCTS = [
    _api.tensor_spec, _api.tensor, _api.model_options, _api.node_spec, _api.model_info, _api.session_options,
    _api.session_info, _api.profile_entry, _api.image, _api.character, _api.reading, _api.read_options,
    _api.ctc_options, _api.ctc_span, _api.beam_options, _api.hotword, _api.word, _api.hypothesis, _api.hypotheses,
    _api.decode_options,
    _api.language_model_info, _api.lexicon_info,
]
ENUMS = {"status": Status, "type": _api.Type, "pixel_format": _api.PixelFormat, "score_kind": _api.ScoreKind,
         "text_unit": _api.TextUnit,
         "log_level": _api.LogLevel}


@pytest.fixture(scope="module")
def header(checkout: pathlib.Path) -> str:
    text = (checkout / "include" / "crnn.h").read_text()
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def test_every_function_is_declared(header: str) -> None:
    assert set(re.findall(r"CRNN_API[^;]*?\bcrnn_(\w+)\(", header)) == set(_api.FUNCTIONS)


def test_argument_counts(header: str) -> None:
    for name, arguments in re.findall(r"CRNN_API[^;]*?\bcrnn_(\w+)\(([^;]*)\);", header):
        count = 0 if arguments.strip() == "void" else arguments.count(",") + 1
        assert len(_api.FUNCTIONS[name][1]) == count, name


def test_status_functions_are_checked(header: str) -> None:
    for name in re.findall(r"CRNN_API crnn_status crnn_(\w+)\(", header):
        assert _api.FUNCTIONS[name][0] is _api._STATUS, name


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_enums(name: str, header: str) -> None:
    body = re.search(rf"typedef enum crnn_{name} {{(.*?)}}", header, re.DOTALL)
    assert body
    expected = {key: int(value) for key, value in re.findall(r"CRNN_(\w+) = (\d+)", body.group(1))}
    actual = {item.name: item.value for item in ENUMS[name]}
    prefix = {"pixel_format": "PIXEL_", "log_level": "LOG_"}.get(name, "")
    assert {prefix + key: value for key, value in actual.items()} == expected


def test_every_struct_is_declared(header: str) -> None:
    assert set(re.findall(r"typedef struct crnn_(\w+) {", header)) == {struct.__name__ for struct in STRUCTS}


def test_struct_layouts(checkout: pathlib.Path, tmp_path: pathlib.Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    lines, expected = [], []
    for struct in STRUCTS:
        name = f"crnn_{struct.__name__}"
        lines.append(f'printf("%zu\\n", sizeof({name}));')
        expected.append(ctypes.sizeof(struct))
        for field, _ in struct._fields_:
            lines.append(f'printf("%zu %zu\\n", offsetof({name}, {field}), sizeof((({name} *)0)->{field}));')
            expected += [getattr(struct, field).offset, getattr(struct, field).size]
    source = tmp_path / "layout.c"
    source.write_text('#include <stdio.h>\n#include "crnn.h"\nint main(void) {\n' + "\n".join(lines) + "\n}\n")
    program = tmp_path / "layout"
    subprocess.run([compiler, "-I", str(checkout / "include"), "-o", str(program), str(source)], check=True)
    output = subprocess.run([str(program)], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert [int(number) for number in output.split()] == expected


def test_abi_version(header: str) -> None:
    assert re.search(rf"#define CRNN_ABI_VERSION {_library.ABI_VERSION}\b", header)
    assert _api.abi_version() >= _library.ABI_VERSION


def test_status_names() -> None:
    for status in Status:
        assert _api.status_name(status) == f"CRNN_{status.name}".encode()
    assert _api.status_name(12345)


def test_type_sizes() -> None:
    from crnn._tensors import dtype_of

    for kind in _api.Type:
        assert _api.type_size(kind) == dtype_of(kind).itemsize
    assert _api.type_size(0) == _api.type_size(8) == _api.type_size(1000) == 0


def test_every_status_has_a_class() -> None:
    for status in Status:
        if status != Status.OK:
            failure = _errors.error(status, "text")
            assert type(failure) is not _errors.Error
            assert failure.status is status and str(failure) == "text"
    unknown = _errors.error(999, "text")
    assert type(unknown) is _errors.Error and unknown.status == 999
