"""Making the case of a seed, and judging what the library does with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

import numpy as np

from . import known, oracle
from .builder import Builder, Skip
from .cases import FLOATS, Case, element_type
from .comparison import difference, wide, wrong_elements
from .generators import DOMAINS, GENERATORS, THEMES, WEIGHTS
from .library import Library


@dataclass
class Finding:
    #: "died", "hang", "refused", "wrong", "saved" or "accepted".
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


def make_case(seed: int, operators: Optional[List[str]] = None) -> Optional[Case]:
    """The case of a seed; of chosen operators alone if they are given. None if the choices came to nothing."""
    builder = Builder(seed)
    theme = operators or builder.choose(THEMES) or list(GENERATORS)
    weights = [WEIGHTS[name] for name in theme]
    count = builder.choose((1, 1, 1, 2, 2, 3, 4, 5, 6, 8))
    for _ in range(4 * count):
        if len(builder.case.nodes) >= count:
            break
        operator = builder.random.choices(theme, weights)[0]
        try:
            if operator in DOMAINS or builder.has(operator):
                GENERATORS[operator](builder, operator)
        except Skip:
            continue
    return builder.finished() if builder.case.nodes else None


def expected_of(case: Case) -> List[Optional[Dict[str, np.ndarray]]]:
    """Every value of every run; None for a run that both oracles refuse. Raises Undefined."""
    results: List[Optional[Dict[str, np.ndarray]]] = []
    for inputs in case.runs():
        try:
            results.append(oracle.evaluate_case(case, inputs))
        except oracle.Refused:
            results.append(None)
    return results


def types_of(case: Case, values: Optional[Dict[str, np.ndarray]]) -> Dict[str, int]:
    return {name: element_type(values[name]) for name in case.outputs} if values else {}


def check(case: Case, library: Library, threads: int = 1, types: Optional[Dict[str, int]] = None,
          expected: Optional[list] = None) -> Optional[Finding]:
    """What is wrong with the library's answer; None if nothing is, or if nothing is known of the right one."""
    try:
        expected = expected_of(case) if expected is None else expected
    except oracle.Undefined:
        return None
    types = types or types_of(case, next((e for e in expected if e), None))
    answer = library.run(case.model(types).SerializeToString(), case.runs(), threads)
    if answer[0] in ("died", "hang"):
        return Finding(answer[0], answer[1])
    if answer[0] == "model":
        return _refusal(answer[1]) if any(expected) else None
    for index, (result, values) in enumerate(zip(answer[1], expected)):
        finding = _judge(case, index, result, values)
        if finding is not None:
            return finding
    return Finding("saved", answer[2][0]) if answer[2] else None


def _refusal(message: str) -> Optional[Finding]:
    return None if known.is_right_refusal(message) else Finding("refused", message)


def _judge(case: Case, index: int, result, values: Optional[Dict[str, np.ndarray]]) -> Optional[Finding]:
    """What is wrong with one run."""
    if values is None:
        if isinstance(result, dict) and not known.is_right_result(case):
            return Finding("accepted", f"run {index}: a result where both oracles refuse")
        return None
    if not isinstance(result, dict):
        return _refusal(result) if index == 0 or _confirmed(case, case.runs()[index], values) else None
    single = any(node.type in known.SINGLE for node in case.nodes)
    loose = max((known.LOOSE.get(node.type, 1) for node in case.nodes), default=1)
    for name in case.outputs:
        message = difference(result[name], values[name], single, loose)
        if not message or _ill_conditioned(case, case.runs()[index], name, result[name], values[name]):
            continue
        if not _supported(case, case.runs()[index], name, result[name], single, loose):
            return Finding("wrong", f"run {index}, {name}: {message}")
    return None


def _supported(case: Case, inputs: Dict[str, np.ndarray], name: str, got: np.ndarray, single: bool,
               loose: float) -> bool:
    """Whether the reference evaluator gives what the library does: ONNX Runtime is alone then."""
    try:
        others = oracle.evaluate_case(_reaching(case, name), inputs, reference_alone=True)
    except (oracle.Refused, oracle.Undefined):
        return False
    return difference(got, others[name], single, loose) is None


def _reaching(case: Case, name: str) -> Case:
    """What one output hangs on: elsewhere an oracle may refuse."""
    case = case.copy()
    case.outputs = [name]
    return case.without_dead_parts()


def _confirmed(case: Case, inputs: Dict[str, np.ndarray], values: Dict[str, np.ndarray]) -> bool:
    """Whether the other oracle gives the same: ONNX Runtime does not check every shape before it reads."""
    try:
        others = oracle.evaluate_case(case, inputs, reference_alone=True)
    except (oracle.Refused, oracle.Undefined):
        return False
    return all(difference(others[name], values[name]) is None for name in case.outputs)


def _ill_conditioned(case: Case, inputs: Dict[str, np.ndarray], name: str, got: np.ndarray,
                     expected: np.ndarray) -> bool:
    """Whether rounding before this output can explain all that differs."""
    if got.dtype != expected.dtype:
        return False
    spread = np.zeros(expected.shape)
    changes = np.zeros(expected.shape, bool)
    case = _reaching(case, name)
    for trial in range(16):
        try:
            noisy = oracle.evaluate_case(case, inputs, np.random.default_rng(trial))[name]
        except oracle.Undefined:
            return True
        except oracle.Refused:
            return False
        if noisy.shape != expected.shape:
            return True
        if got.shape != expected.shape:
            continue
        if expected.dtype.name in FLOATS:
            with np.errstate(all="ignore"):
                off = np.abs(wide(noisy) - wide(expected))
            changes |= np.isfinite(wide(noisy)) != np.isfinite(wide(expected))
            spread = np.maximum(spread, np.where(np.isfinite(off), off, 0))
        else:
            changes |= noisy != expected
    if got.shape != expected.shape:
        return False
    wrong = wrong_elements(got, expected) & ~changes
    if expected.dtype.name in FLOATS:
        with np.errstate(all="ignore"):
            wrong &= ~(np.abs(wide(got) - wide(expected)) <= 20 * spread)
            # A division by what may be nothing.
            known_size = (np.abs(wide(expected)) > 20 * spread) | ~np.isfinite(wide(expected))
            wrong &= (np.abs(wide(got)) < 1e6) | known_size
    return not wrong.any()
