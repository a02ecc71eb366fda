"""Files that vanish or change behind an open model, disks that fill up, folders that nobody may write to."""

from __future__ import annotations

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
from typing import Callable

import crnn

from . import common

#: A user who may do little.
NOBODY = 65534


def changed(scale: float) -> str:
    """A mapped file may be removed or replaced; a copied one may also be overwritten and cut off."""
    (line,) = common.lines(6, 1)
    expected = common.result(crnn.Model(common.READER).session(), line)
    with tempfile.TemporaryDirectory() as folder:
        for name, copy in (("removed", False), ("replaced", False), ("overwritten", True), ("cut", True)):
            for suffix in (".onnx", ".crnn"):
                path = pathlib.Path(folder, name + suffix)
                if suffix == ".onnx":
                    shutil.copyfile(common.READER, path)
                else:
                    crnn.Model(common.READER).save(path)
                model = crnn.Model(path, copy_file=copy)
                change(path, name)
                assert common.result(model.session(), line) == expected, path.name
    return "removed and replaced under a map, overwritten and cut off under a copy: the same bits"


def change(path: pathlib.Path, how: str) -> None:
    if how == "removed":
        path.unlink()
    elif how == "replaced":
        other = path.with_suffix(".other")
        other.write_bytes(b"something else")
        other.rename(path)
    elif how == "overwritten":
        with open(path, "r+b") as file:
            file.write(os.urandom(1 << 16))
    else:
        os.truncate(path, 100)


def full(scale: float) -> str:
    """No half-written file, neither the library's nor the tool's; what was there before stays."""
    tried = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "reader.crnn")
        model = crnn.Model(common.READER)
        model.save(path)
        whole = path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        for part in range(20):
            limit = len(whole) * part // 20
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            try:
                model.save(path)
                raise AssertionError(f"{limit} bytes were enough")
            except crnn.FileError as error:
                assert path.name in str(error), error
            tool = subprocess.run([common.CONVERT, common.READER, "-o", path, "--force"], capture_output=True,
                                  text=True, preexec_fn=ignore_size_signal)
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            assert tool.returncode == 1 and "File too large" in tool.stderr, tool.stderr
            assert [entry.name for entry in pathlib.Path(folder).iterdir()] == [path.name]
            assert path.read_bytes() == whole
            tried += 2
    return f"{tried} attempts that fail part of the way; the file before them stays, and nothing beside it"


def ignore_size_signal() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def read_only(scale: float) -> str:
    """An error that names the file, and the folder as it was."""
    model = crnn.Model(common.READER)
    with tempfile.TemporaryDirectory() as folder:
        kept, hidden = pathlib.Path(folder, "kept.crnn"), pathlib.Path(folder, "hidden.crnn")
        kept.write_bytes(b"as it was")
        model.save(hidden)
        hidden.chmod(0)
        os.chmod(folder, 0o555)
        root = os.geteuid() == 0
        if root:  # To whom everything is allowed.
            os.seteuid(NOBODY)
        try:
            places = [kept, pathlib.Path(folder, "new.crnn"), "/proc/reader.crnn", "/dev/null/reader.crnn",
                      "/nowhere/reader.crnn"]
            refusals = [refusal(lambda: model.save(place), place) for place in places]
            refusals += [refusal(lambda: crnn.Model(hidden, copy_file=copy), hidden) for copy in (False, True)]
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o755)
        assert sorted(entry.name for entry in pathlib.Path(folder).iterdir()) == [hidden.name, kept.name]
        assert kept.read_bytes() == b"as it was"
    return f"{len(refusals)} errors that name the file, and the folder as it was"


def refusal(work: Callable[[], object], place: object) -> str:
    try:
        work()
    except crnn.FileError as error:
        assert str(place) in str(error), error
        return str(error)
    raise AssertionError(f"{place} was no obstacle")
