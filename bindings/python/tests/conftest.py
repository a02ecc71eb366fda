"""Places, and small models, that the tests share."""

from __future__ import annotations

import multiprocessing
import pathlib
import sys
from typing import Any, Callable, List

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import small_models  # noqa: E402

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]

#: Lines for the end of the report.
SUMMARY = pytest.StashKey[List[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SUMMARY] = []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash[SUMMARY]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def checkout() -> pathlib.Path:
    """The root of the repository."""
    return CHECKOUT


@pytest.fixture(scope="session")
def bars_bytes() -> bytes:
    """`small_models.bars`, with metadata, as an ONNX file."""
    return small_models.bars(metadata=small_models.BARS_METADATA)


@pytest.fixture(scope="session")
def bars_path(bars_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("models") / "bars.onnx"
    path.write_bytes(bars_bytes)
    return path


def _report(function: Callable[..., Any], arguments: Any, connection: Any) -> None:
    import crnn

    try:
        outcome = ("returned", function(*arguments), "")
    except crnn.Error as error:
        outcome = (type(error).__name__, int(error.status), str(error))
    except Exception as error:
        outcome = (type(error).__name__, -1, str(error))
    connection.send(outcome)
    connection.close()


@pytest.fixture
def in_child() -> Callable[..., Any]:
    """Calls a function in a forked process, so that a crash is a failed test and not the end of all of them.

    Returns ("returned", value, "") or (exception, status, message).
    """

    def call(function: Callable[..., Any], *arguments: Any) -> Any:
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_report, args=(function, arguments, sender))
        process.start()
        sender.close()
        try:
            outcome = receiver.recv() if receiver.poll(120) else None
        except EOFError:
            outcome = None
        if outcome is None:
            process.kill()
        process.join()
        assert outcome is not None, f"the process hung or died with exit code {process.exitcode}"
        return outcome

    return call
