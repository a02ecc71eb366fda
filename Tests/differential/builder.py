"""Random choices and the graph that grows from them."""

from __future__ import annotations

import functools
import random
from typing import Callable, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import onnx

from . import oracle
from .cases import Case, Leaf, Node

NEWEST_OPSET = 23
OLDEST_OPSET = 7
TYPES = ("float32", "float16", "float64", "int64", "int32", "int8", "uint8", "bool")
LARGEST = 4000

Ranks = Union[int, Sequence[int]]


class Skip(Exception):
    """This operator cannot be used here and now; another is tried."""


@functools.lru_cache(maxsize=None)
def schema(operator: str, opset: int, domain: str = "") -> Optional[onnx.defs.OpSchema]:
    """The operator's form in an opset; None if that has none."""
    try:
        found = onnx.defs.get_schema(operator, opset, domain)
    except onnx.defs.SchemaError:
        return None
    return None if found.deprecated else found


@functools.lru_cache(maxsize=None)
def allowed_types(operator: str, opset: int, index: int = 0) -> Tuple[str, ...]:
    """The element types of an input that the schema allows and this test has."""
    formal = schema(operator, opset).inputs[index]
    constraint = {c.type_param_str: c.allowed_type_strs for c in schema(operator, opset).type_constraints}
    names = constraint.get(formal.type_str, [formal.type_str])
    aliases = {"float": "float32", "double": "float64"}
    found = [aliases.get(n[7:-1], n[7:-1]) for n in names if n.startswith("tensor(")]
    return tuple(t for t in TYPES if t in found)


class Builder:
    """Grows a case. Every choice follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        newest = self.chance(0.3)
        self.opset = self.random.randint(17, NEWEST_OPSET) if newest else self.random.randint(OLDEST_OPSET, NEWEST_OPSET)
        self.case = Case(self.opset)
        self.values: Dict[str, np.ndarray] = {}
        #: Computed values, oldest first.
        self.computed: List[str] = []
        self._count = 0

    # Choices

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def choose(self, options: Sequence):
        return self.random.choice(list(options))

    def integer(self, low: int, high: int) -> int:
        """Both ends included."""
        return self.random.randint(low, high)

    def has(self, operator: str) -> bool:
        return schema(operator, self.opset) is not None

    def since(self, operator: str) -> int:
        """The version of the operator's form in this opset."""
        return schema(operator, self.opset).since_version

    def type_for(self, operator: str, index: int = 0, among: Sequence[str] = TYPES) -> str:
        options = [t for t in allowed_types(operator, self.opset, index) if t in among]
        if not options:
            raise Skip
        if "float32" in options and self.chance(0.5):
            return "float32"
        return self.choose(options)

    def size(self, low: int = 1, high: int = 6) -> int:
        if low <= 1 and self.chance(0.15):
            return 1
        if low <= 1 and self.chance(0.02):
            return 0
        return self.integer(max(low, 1), high)

    def shape(self, ranks: Ranks = (0, 1, 2, 2, 3, 3, 4, 4, 5)) -> Tuple[int, ...]:
        rank = ranks if isinstance(ranks, int) else self.choose(ranks)
        return tuple(self.size(high=6 if rank < 4 else 4) for _ in range(rank))

    def broadcastable(self, shape: Sequence[int], one_way: bool = False) -> Tuple[int, ...]:
        """A shape that broadcasts with `shape`; with `one_way`, to it."""
        result = [1 if self.chance(0.3) else extent for extent in shape]
        if result and self.chance(0.4):
            result = result[self.integer(0, len(result)):]
        if not one_way:
            result = [self.size() if extent == 1 and whole == 1 and self.chance(0.3) else extent
                      for extent, whole in zip(result, list(shape)[len(shape) - len(result):])]
            if len(result) == len(shape) and len(shape) < 4 and self.chance(0.1):
                result = [self.size(high=3)] + result
        return tuple(result)

    # Values

    def array(self, dtype: str, shape: Sequence[int], low: float = -3, high: float = 3) -> np.ndarray:
        if dtype == "bool":
            return self.numbers.random(shape) < 0.5
        if dtype.startswith(("int", "uint")):
            low = max(int(low * 3), 0) if dtype.startswith("u") else int(low * 3)
            array = self.numbers.integers(low, max(int(high * 3), low) + 1, shape)
        else:
            array = self.numbers.uniform(low, high, shape)
            if self.chance(0.1):
                array = np.round(array)
        return np.asarray(array).astype(dtype)

    def special(self, array: np.ndarray) -> np.ndarray:
        """Sometimes with infinities, NaN and extremes in it."""
        if array.size == 0 or array.dtype == bool or not self.chance(0.06):
            return array
        array = array.copy()
        if array.dtype.kind == "f":
            options = [np.nan, np.inf, -np.inf, -0.0, 0.0, 1e-7, 6e4]
        else:
            options = [np.iinfo(array.dtype).min, np.iinfo(array.dtype).max, 0, 1]
        for _ in range(self.integer(1, 3)):
            array.reshape(-1)[self.integer(0, array.size - 1)] = self.choose(options)
        return array

    def leaf(self, array: np.ndarray, kinds: Sequence[str] = ("input", "input", "initializer", "constant")) -> str:
        name = self._name("x")
        array = np.asarray(array)
        self.case.leaves[name] = Leaf(name, array, self.choose(kinds))
        self.values[name] = array
        return name

    def weight(self, array: np.ndarray) -> str:
        """A parameter: seldom an input."""
        return self.leaf(array, ("initializer",) * 6 + ("constant", "input"))

    def argument(self, values: Union[Sequence[int], np.ndarray, int], dtype: str = "int64") -> str:
        """Numbers that decide a shape: seldom an input."""
        return self.leaf(np.asarray(values, dtype), ("initializer",) * 8 + ("constant",) * 6 + ("input",))

    def new(self, dtype: str, shape: Sequence[int], low: float = -3, high: float = 3) -> str:
        return self.leaf(self.special(self.array(dtype, shape, low, high)))

    def value(self, types: Union[str, Sequence[str]], ranks: Ranks = (0, 1, 2, 2, 3, 3, 4, 4, 5),
              test: Callable[[np.ndarray], bool] = lambda array: True, low: float = -3, high: float = 3) -> str:
        """A value that exists and fits, the newest preferred; or a new one."""
        types = (types,) if isinstance(types, str) else types
        wanted = (ranks,) if isinstance(ranks, int) else ranks
        if self.chance(0.85):
            fitting = [name for name in self.computed if self.values[name].dtype.name in types
                       and self.values[name].ndim in wanted and test(self.values[name])]
            if fitting:
                return fitting[-1] if self.chance(0.7) else self.choose(fitting)
        for _ in range(8):
            name_of_type = self.choose(types)
            array = self.special(self.array(name_of_type, self.shape(ranks), low, high))
            if test(array):
                return self.leaf(array)
        raise Skip

    # Nodes

    def node(self, operator: str, inputs: Sequence[Optional[str]], outputs: Union[int, Sequence[bool]] = 1,
             domain: str = "", captures: Sequence[str] = (), **attributes) -> List[Optional[str]]:
        """Adds a node; the names of its outputs. Raises Skip where the oracle refuses it."""
        names = [name or "" for name in inputs]
        while names and not names[-1]:
            names.pop()
        wanted = [True] * outputs if isinstance(outputs, int) else list(outputs)
        while wanted and not wanted[-1]:
            wanted.pop()
        node = Node(operator, names, [self._name("y") if w else "" for w in wanted],
                    {k: v for k, v in attributes.items() if v is not None}, domain, list(captures))
        constants = {leaf.name for leaf in self.case.leaves.values() if leaf.kind != "input"}
        try:
            arrays = oracle.evaluate_node(node, self.opset, self.values, constants)
        except oracle.Undefined:
            raise Skip
        except oracle.Refused as error:
            self.case.refused = (node, str(error))
            raise Skip
        if any(array is not None and array.size > LARGEST for array in arrays):
            raise Skip
        self.case.nodes.append(node)
        for name, array in zip(node.outputs, arrays):
            if name:
                self.values[name] = array
                self.computed.append(name)
        return [name or None for name in node.outputs]

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    # The end

    def finished(self) -> Case:
        """The case, with its outputs chosen, dimensions declared and further runs made."""
        case = self.case
        used = {name for node in case.nodes for name in node.reads()}
        last = [name for name in self.computed if name not in used]
        case.outputs = list(self.computed) if self.chance(0.2) else last
        if self.chance(0.1):
            case.ir_version = 3
        case = case.without_dead_parts()
        if case.ir_version == 3:
            case.opset = min(case.opset, self.opset)
        self._declare(case)
        return case

    def _declare(self, case: Case) -> None:
        """Symbols for some sizes, and a further run with one of them changed."""
        style = self.choose(("sizes", "symbols", "symbols", "empty"))
        for leaf in case.inputs():
            if style == "symbols":
                leaf.declared = tuple(f"n{extent}" if self.chance(0.7) else extent for extent in leaf.array.shape)
            elif style == "empty":
                leaf.declared = tuple(None for _ in leaf.array.shape)
        if style == "sizes":
            return
        sizes = sorted({extent for leaf in case.inputs() for extent in leaf.array.shape})
        if not sizes:
            return
        for _ in range(self.integer(1, 2)):
            old, new = self.choose(sizes), self.size(high=9)
            for leaf in case.inputs():
                if style == "symbols":
                    leaf.declared = tuple(f"n{extent}" if extent == old else declared
                                          for extent, declared in zip(leaf.array.shape, leaf.declared))
            case.more_runs.append({leaf.name: resized(leaf.array, old, new) for leaf in case.inputs()})


def resized(array: np.ndarray, old: int, new: int) -> np.ndarray:
    """The array with every size `old` made `new`, its elements repeated or dropped."""
    shape = [new if extent == old else extent for extent in array.shape]
    if array.size == 0:
        return np.zeros(shape, array.dtype)
    return np.resize(array, shape)
