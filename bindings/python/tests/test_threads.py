"""Many threads: one session each, or one for all."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List

import numpy as np
import pytest

import crnn
import small_models
from crnn import _api

WIDTHS = (3, 17, 40, 8)


@pytest.fixture(scope="module")
def model() -> crnn.Model:
    return crnn.Model(small_models.recurrent(hidden=48))


@pytest.fixture(scope="module")
def expected(model: crnn.Model) -> Dict[int, np.ndarray]:
    return {width: model.run({"x": frames(width)})["log_probabilities"] for width in WIDTHS}


def frames(width: int) -> np.ndarray:
    return np.random.default_rng(width).standard_normal((width, 2, 12)).astype(np.float32)


def work(runner: Any, expected: Dict[int, np.ndarray]) -> int:
    runs = 0
    for _ in range(25):
        for width in WIDTHS:
            output = runner.run({"x": frames(width)})["log_probabilities"]
            assert output.tobytes() == expected[width].tobytes()
            runs += 1
    return runs


@pytest.mark.parametrize("threads", [1, 2])
def test_a_session_each(threads: int, model: crnn.Model, expected: Dict[int, np.ndarray]) -> None:
    with ThreadPoolExecutor(4) as pool:
        sessions = [model.session(threads=threads) for _ in range(4)]
        assert list(pool.map(lambda session: work(session, expected), sessions)) == [100] * 4


def test_one_session_for_all(model: crnn.Model, expected: Dict[int, np.ndarray]) -> None:
    session = model.session()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: work(session, expected), range(4))) == [100] * 4


def test_the_default_session_for_all(expected: Dict[int, np.ndarray]) -> None:
    model = crnn.Model(small_models.recurrent(hidden=48))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: work(model, expected), range(4))) == [100] * 4


def test_reentry_is_refused(model: crnn.Model, expected: Dict[int, np.ndarray]) -> None:
    """A thread that is inside a run, here to make an array of an input, cannot start another of the same session."""
    session = model.session()

    class Meddler:
        def __array__(self, *_: Any, **__: Any) -> np.ndarray:
            for use in (lambda: session.run({"x": frames(3)}), lambda: session.info, session.close):
                with pytest.raises(crnn.BusyError, match="at work"):
                    use()
            return frames(17)

    assert session.run({"x": Meddler()})["log_probabilities"].tobytes() == expected[17].tobytes()
    assert session.run({"x": frames(3)})["log_probabilities"].tobytes() == expected[3].tobytes()


def test_the_library_refuses_a_session_at_work(model: crnn.Model) -> None:
    """Below the package's lock a second thread gets BUSY, and the first is not disturbed."""
    session = model.session()
    x = np.random.default_rng(0).standard_normal((6000, 4, 12)).astype(np.float32)
    expected = session.run({"x": x})["log_probabilities"]
    results: List[np.ndarray] = []

    def use() -> None:
        while not results:
            try:
                results.append(session.run({"x": x})["log_probabilities"])
            except crnn.BusyError:
                # One of the calls below had its turn.
                pass

    thread = threading.Thread(target=use)
    thread.start()
    busy, info = 0, _api.session_info()
    while thread.is_alive():
        try:
            _api.session_get_info(session._address, ctypes.byref(info))
        except crnn.BusyError as error:
            assert str(error)
            busy += 1
    thread.join()
    assert results[0].tobytes() == expected.tobytes()
    assert busy > 0


def test_closing_waits_for_the_run(model: crnn.Model) -> None:
    for _ in range(5):
        session = model.session()
        started = threading.Event()
        outcomes: List[Any] = []

        def use() -> None:
            started.set()
            try:
                while True:
                    outcomes.append(session.run({"x": frames(40)})["log_probabilities"].shape)
            except crnn.InvalidHandleError:
                outcomes.append("closed")

        thread = threading.Thread(target=use)
        thread.start()
        started.wait()
        session.close()
        thread.join(60)
        assert outcomes[-1] == "closed"


def test_errors_belong_to_their_thread(model: crnn.Model) -> None:
    """Messages do not mix between threads that fail at the same time."""

    def fail(index: int) -> int:
        session = model.session()
        for _ in range(200):
            name = f"input{index}"
            with pytest.raises(crnn.InvalidArgumentError, match=name):
                session.run({name: frames(3)})
        return index

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(fail, range(4))) == list(range(4))


def test_models_open_and_close_in_threads(bars_bytes: bytes) -> None:
    image = small_models.bars_image([1, 2, 0, 3])

    def use(_: int) -> str:
        for _ in range(30):
            with crnn.Model(bars_bytes) as model:
                text = model.read(image).text
        return text

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(4))) == ["ABç"] * 4


def test_after_a_fork(in_child: Any) -> None:
    """A child process computes with what its parent made, also with several threads."""
    model = crnn.Model(small_models.recurrent(hidden=48))
    session = model.session(threads=2)
    x = frames(40)
    expected = session.run({"x": x})["log_probabilities"].tobytes()
    assert in_child(lambda: session.run({"x": x})["log_probabilities"].tobytes()) == ("returned", expected, "")
    assert session.run({"x": x})["log_probabilities"].tobytes() == expected


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts threads in /proc")
def test_sessions_share_their_threads() -> None:
    """Sessions that use as many threads have one pool, which ends with the last of them."""

    def count() -> int:
        return len(os.listdir("/proc/self/task"))

    model = crnn.Model(small_models.recurrent(hidden=48))
    # Those of the test before may still be on their way out.
    before = -1
    while before != count():
        before = count()
        time.sleep(0.1)
    sessions = [model.session(threads=3) for _ in range(4)]
    assert count() == before + 2
    x = frames(40)
    alone = model.session(threads=1).run({"x": x})["log_probabilities"].tobytes()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda session: session.run({"x": x})["log_probabilities"].tobytes(), sessions))
    assert results == [alone] * 4
    for session in sessions[1:]:
        session.close()
    assert sessions[0].run({"x": x})["log_probabilities"].tobytes() == alone
    sessions[0].close()
    # A thread that was joined may still be on its way out of /proc.
    deadline = time.monotonic() + 10
    while count() != before and time.monotonic() < deadline:
        time.sleep(0.001)
    assert count() == before
