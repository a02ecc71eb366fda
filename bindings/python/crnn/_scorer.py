"""Language models that are Python functions."""

from __future__ import annotations

import contextlib
import math
import threading
from typing import Any, Callable, Dict, Hashable, Iterator, List, Optional, Tuple

from . import _api

#: (state, word) -> (ln P(word | state), state after the word). The first state is None; the word None ends a sentence.
ScoreFunction = Callable[[Any, Optional[str]], Tuple[float, Hashable]]


class Scorer:
    """A function as the library calls it: states are numbers there."""

    def __init__(self, function: ScoreFunction) -> None:
        self._score = function
        self._states: List[Hashable] = [None]
        self._numbers: Dict[Hashable, int] = {None: 0}
        self._lock = threading.Lock()
        self._raised = threading.local()
        self.function = _api.score_callback(self._call)

    def _call(self, state: int, word: Optional[bytes], next_state: Any, user_data: Any) -> float:
        if getattr(self._raised, "error", None) is not None:
            return -math.inf
        try:
            text = None if word is None else _api.decode(word)
            score, after = self._score(self._states[state], text)
            next_state[0] = self._number(after)
            return float(score)
        except BaseException as error:  # Nothing passes through C; `calls` raises it.
            self._raised.error = error
            return -math.inf

    def _number(self, state: Hashable) -> int:
        with self._lock:
            number = self._numbers.setdefault(state, len(self._states))
            if number == len(self._states):
                self._states.append(state)
            return number

    @contextlib.contextmanager
    def calls(self) -> Iterator[None]:
        """Raises what the function has raised in this thread."""
        self._raised.error = None
        yield
        error, self._raised.error = self._raised.error, None
        if error is not None:
            raise error
