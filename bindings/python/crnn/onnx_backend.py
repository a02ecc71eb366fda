"""The library as a backend of the `onnx` package, which this module alone needs.

    >>> import onnx, crnn.onnx_backend
    >>> prepared = crnn.onnx_backend.prepare(onnx.load("reader.onnx"))
    >>> scores, = prepared.run([image])

ONNX's own tests run through it as through every runtime's, with
`onnx.backend.test.BackendTest(crnn.onnx_backend, __name__)`. `python -m crnn.onnx_backend` runs those in scope and
says which fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Dict, Optional, Sequence, Tuple

import numpy as np

from ._errors import Error, InvalidArgumentError, UnsupportedError
from ._model import Model

try:
    import onnx
    import onnx.backend.base
except ImportError as missing:
    raise ImportError("crnn.onnx_backend needs the package onnx: pip install onnx") from missing

__all__ = ["Backend", "BackendRep", "is_compatible", "prepare", "run_model", "run_node", "supports_device"]


class BackendRep(onnx.backend.base.BackendRep):
    """A model that is ready to run, with a session of its own. Made by `Backend.prepare`.

    Any thread may call it; calls take turns.
    """

    def __init__(self, model: Model, threads: int = 1) -> None:
        self._names = tuple(spec.name for spec in model.inputs)
        self._session = model.session(threads=threads)
        self._outputs = onnx.backend.base.namedtupledict("Outputs", [spec.name for spec in model.outputs])

    def run(self, inputs: Any, **kwargs: Any) -> Tuple[Any, ...]:
        """Runs the model and returns new arrays, a named tuple that takes output names as keys too.

        inputs  arrays in the order of the model's inputs, or by their names; one array alone for a model of one input.
                Initialisers are no inputs.

        Raises InvalidArgumentError for a wrong number of inputs or an unknown name, InvalidInputError for an element
        type, rank or size that does not fit.
        """
        if kwargs:
            raise TypeError(f"run has no option {', '.join(map(repr, kwargs))}")
        outputs = self._session.run(self._named(inputs))
        return self._outputs(*outputs.values())

    def _named(self, inputs: Any) -> Mapping[str, Any]:
        if isinstance(inputs, Mapping):
            return inputs
        if isinstance(inputs, np.ndarray):
            inputs = [inputs]
        if len(inputs) != len(self._names):
            raise InvalidArgumentError(f"{len(inputs)} inputs were given; the model takes {len(self._names)}: "
                                       f"{', '.join(map(repr, self._names))}")
        return dict(zip(self._names, inputs))


class Backend(onnx.backend.base.Backend):
    """`onnx.backend.base.Backend` on the library. The one device is "CPU"."""

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """True for "CPU", also with a number: "CPU:0"."""
        return device.split(":")[0] == "CPU"

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> bool:
        """Whether `prepare` takes the model: whether it is valid and the library has all its operators."""
        if not cls.supports_device(device):
            return False
        try:
            Model(model.SerializeToString()).close()
        except Error:
            return False
        return True

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", *, threads: int = 1, **kwargs: Any) -> BackendRep:
        """Opens and optimises a model, whose external data must be loaded.

        threads  that a run may use; -1 means as many as there are processors for this process.

        Raises UnsupportedError for another device, IR version or operator than the library has, InvalidModelError for
        a model that breaks ONNX's rules.
        """
        if kwargs:
            raise TypeError(f"prepare has no option {', '.join(map(repr, kwargs))}")
        if not cls.supports_device(device):
            raise UnsupportedError(f"the device is {device!r}; the only one is 'CPU'")
        return BackendRep(Model(model.SerializeToString()), threads)

    @classmethod
    def run_model(cls, model: onnx.ModelProto, inputs: Any, device: str = "CPU", **kwargs: Any) -> Tuple[Any, ...]:
        """`prepare` and `BackendRep.run` in one: for a single run."""
        return cls.prepare(model, device, **kwargs).run(inputs)

    # The base class types its options as dictionaries.
    @classmethod
    def run_node(  # type: ignore[override]
        cls, node: onnx.NodeProto, inputs: Any, device: str = "CPU",
        outputs_info: Optional[Sequence[Tuple[Any, Any]]] = None, *, opset_version: Optional[int] = None, **kwargs: Any,
    ) -> Tuple[Any, ...]:
        """Runs a single node and returns its outputs as `BackendRep.run` does.

        inputs         an array for every input that the node names, in order. Where its place is left empty, "", it
                       takes none.
        outputs_info   element type and shape of every output; not needed, the library finds them itself.
        opset_version  of ONNX's operators; the `onnx` package's own by default.

        Raises what `prepare` and `BackendRep.run` do.
        """
        version = onnx.defs.onnx_opset_version() if opset_version is None else opset_version
        return cls.run_model(_model_of_node(node, inputs, version), _by_name(node, inputs), device, **kwargs)


def _by_name(node: onnx.NodeProto, inputs: Any) -> Dict[str, np.ndarray]:
    names = [name for name in node.input if name]
    arrays = [np.asarray(value) for value in ([inputs] if isinstance(inputs, np.ndarray) else inputs)]
    if len(arrays) != len(names):
        raise InvalidArgumentError(f"{len(arrays)} inputs were given; the node takes {len(names)}: "
                                   f"{', '.join(map(repr, names))}")
    return dict(zip(names, arrays))


def _model_of_node(node: onnx.NodeProto, inputs: Any, version: int) -> onnx.ModelProto:
    arrays = _by_name(node, inputs)
    opsets = [onnx.helper.make_opsetid("", version)]
    if node.domain not in ("", "ai.onnx"):
        opsets.append(onnx.helper.make_opsetid(node.domain, 1))
    taken = [_value(name, array.dtype, array.shape) for name, array in arrays.items()]
    given = [onnx.ValueInfoProto(name=name) for name in node.output if name]
    graph = onnx.helper.make_graph([node], "node", taken, given)
    model = onnx.helper.make_model(graph, opset_imports=opsets,
                                   ir_version=onnx.helper.find_min_ir_version_for(opsets, ignore_unknown=True))
    # The outputs' types, which a model must declare, follow from the inputs'.
    inferred: onnx.ModelProto = onnx.shape_inference.infer_shapes(model, data_prop=True)
    return inferred


def _value(name: str, dtype: np.dtype, shape: Tuple[int, ...]) -> onnx.ValueInfoProto:
    return onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(dtype), shape)


is_compatible = Backend.is_compatible
prepare = Backend.prepare
run_model = Backend.run_model
run_node = Backend.run_node
supports_device = Backend.supports_device

if __name__ == "__main__":
    import sys

    from ._conformance import main

    sys.exit(main())
