"""ONNX's backend tests, run through the library case by case: what `python -m crnn.onnx_backend` does."""

from __future__ import annotations

import argparse
import faulthandler
import functools
import multiprocessing
import os
import re
import signal
import tempfile
import unittest
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import onnx
from onnx.backend.test.loader import load_model_tests
from onnx.backend.test.runner import Runner

from . import _conformance_scope, onnx_backend

#: Kinds of tests, as ONNX names them -> the runner's name for them. Their data comes with the onnx package.
SUITES = {
    "node": "Node",
    "simple": "Simple",
    "pytorch-converted": "PyTorchConverted",
    "pytorch-operator": "PyTorchOperator",
    "real": "Real",
}

#: Seconds that one case may take.
TIME_LIMIT = 60.0


@dataclass(frozen=True)
class Case:
    """One test: calling it runs the model and compares the results, and raises where they are wrong."""

    name: str
    in_scope: bool
    run: Callable[[], None]


class _AnyModel(onnx_backend.Backend):
    """Takes every model: the runner skips what a backend calls incompatible, and here a refusal is a failure."""

    @classmethod
    def is_compatible(cls, *arguments: Any, **options: Any) -> bool:
        return True


@functools.lru_cache(maxsize=1)
def suites() -> Dict[str, Tuple[Case, ...]]:
    """All cases by suite, in the order of their names. Takes seconds: ONNX computes the results that it expects."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classes = Runner(_AnyModel, __name__).test_cases
        return {suite: tuple(_cases(suite, classes[f"OnnxBackend{kind}ModelTest"])) for suite, kind in SUITES.items()}


def _cases(suite: str, tests: type) -> Iterator[Case]:
    for test in sorted(load_model_tests(kind=suite), key=lambda test: str(test.name)):
        # Without a file the runner would download one.
        if test.model is not None or os.path.exists(_path(test)):
            model = test.model or onnx.load(_path(test))
            yield Case(test.name, _conformance_scope.holds(test.name, model), tests(f"{test.name}_cpu").debug)


def _path(test: Any) -> str:
    """Where the model of a test that is not made by code comes with the onnx package."""
    if test.model_dir is not None:
        return os.path.join(test.model_dir, "model.onnx")
    return os.path.join(os.path.dirname(os.path.dirname(onnx.__file__)), *test.url.split("/"))


def outcomes(cases: Sequence[Case], time_limit: float = TIME_LIMIT) -> Iterator[Tuple[str, Optional[str]]]:
    """Runs cases and yields the name of each with None, or with the reason of its failure in one line.

    They run in a forked process. When that crashes or hangs the case has failed, and another process goes on with the
    next one.
    """
    # The runner lays down inputs and outputs of networks there, and would take to the home directory.
    with tempfile.TemporaryDirectory() as folder:
        while cases:
            receiver, process = _start(cases, folder)
            ended, alive = 0, True
            try:
                while alive and ended < len(cases):
                    alive, reason = _next(receiver, process, time_limit)
                    yield cases[ended].name, reason
                    ended += 1
            finally:
                process.kill()
                process.join()
                receiver.close()
            cases = cases[ended:]


def _start(cases: Sequence[Case], folder: str) -> Tuple[Connection, ForkProcess]:
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(cases, folder, sender))
    process.start()
    sender.close()
    return receiver, process


def _run(cases: Sequence[Case], folder: str, sender: Connection) -> None:
    os.environ["ONNX_MODELS"] = folder
    # A crash is told by its case's reason alone.
    faulthandler.disable()
    warnings.simplefilter("ignore")
    for case in cases:
        sender.send(_failure(case))


def _failure(case: Case) -> Optional[str]:
    try:
        case.run()
    except (Exception, unittest.SkipTest) as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return None


def _next(receiver: Connection, process: ForkProcess, time_limit: float) -> Tuple[bool, Optional[str]]:
    """Whether the process goes on, and what its next case came to."""
    try:
        if receiver.poll(time_limit):
            return True, receiver.recv()
    except EOFError:
        process.join()
        return False, f"the process died of {_cause(process.exitcode or 0)}"
    return False, f"no end within {time_limit:g} seconds"


def _cause(exit_code: int) -> str:
    return signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"


DESCRIPTION = """\
Runs the backend tests of the installed onnx package through the library and
prints how many of each suite pass, and every failure with its reason. Those in
scope have the operators and element types of convolutional recurrent networks.
Each result's element type, shape and values are compared, with ONNX's own
tolerances. A case that crashes or hangs is a failure like any other."""

EXIT_CODES = """\
exit codes:
  0  every test passes
  1  a test fails, or none was chosen
  2  wrong usage"""


def main(values: Optional[List[str]] = None) -> int:
    """The command line of `python -m crnn.onnx_backend`; returns the exit code."""
    options = _arguments(values)
    summary, failed = [], False
    for suite, cases in suites().items():
        cases = tuple(case for case in cases
                      if (options.all or case.in_scope) and options.filter.search(case.name))
        if not cases:
            continue
        failures = 0
        for name, reason in outcomes(cases, options.time_limit):
            if reason is not None:
                failures += 1
                print(name if options.names else f"{name}: {_shortened(reason)}", flush=True)
        failed = failed or failures > 0
        summary.append(f"{len(cases) - failures:,} of {len(cases):,} {_what(suite, options)} pass")
    if not options.names:
        print("\n".join(summary) or "no test was chosen")
    return 1 if failed or not summary else 0


def _arguments(values: Optional[List[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crnn.onnx_backend", description=DESCRIPTION, epilog=EXIT_CODES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filter", type=_pattern, default="", metavar="REGEX",
                        help="run only tests whose names it matches somewhere, such as '^test_(lstm|gru)'")
    parser.add_argument("--all", action="store_true", help="run the tests that are out of scope, too")
    parser.add_argument("--names", action="store_true", help="print the names of the failing tests, and nothing else")
    parser.add_argument("--time-limit", type=float, default=TIME_LIMIT, metavar="SECONDS",
                        help=f"that one test may take (default: {TIME_LIMIT:g})")
    return parser.parse_args(values)


def _pattern(text: str) -> "re.Pattern[str]":
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no regular expression: {error}") from error


def _what(suite: str, options: argparse.Namespace) -> str:
    scope = "" if options.all else "in-scope "
    matching = f" matching {options.filter.pattern!r}" if options.filter.pattern else ""
    return f"{scope}{suite} tests{matching}"


def _shortened(reason: str, width: int = 240) -> str:
    return reason if len(reason) <= width else f"{reason[:width - 1]}…"
