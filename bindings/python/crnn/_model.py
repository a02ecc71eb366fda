"""Models."""

from __future__ import annotations

import ctypes
import math
import os
import threading
import weakref
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _api, _arguments
from ._beam_search import BeamSearch
from ._errors import InvalidHandleError, InvalidMetadataError
from ._metadata import Metadata
from ._reading import Reading
from ._session import Session
from ._tensors import Input, TensorSpec, address, tensor_spec


@dataclass(frozen=True)
class NodeSpec:
    """One node of a model's graph as the library runs it, after folding and fusion."""

    name: str
    operator_type: str
    domain: str
    opset: int


@dataclass(frozen=True)
class ModelInfo:
    """What a model holds."""

    #: "onnx" or "crnn".
    format: str
    #: Number of trained values, and their bytes.
    parameter_count: int
    parameter_bytes: int
    #: Bytes of memory, mapped files not counted, and of files that it keeps mapped.
    memory_bytes: int
    mapped_bytes: int


class Model:
    """A network, with the metadata that says what it reads.

    Any number of threads may use a model at once. `run` and `read` take turns on one session that the model keeps for
    them; `session` makes more.
    """

    def __init__(self, source: Union[str, os.PathLike[str], bytes, bytearray, memoryview], *,
                 copy_file: bool = False, memory_limit: int = 4 << 30, node_limit: int = 100_000) -> None:
        """Opens an ONNX or native (.crnn) model; its content tells which.

        source        a path, or the bytes of a file.
        copy_file     read the file into memory instead of mapping it: for a file that may be changed or truncated while
                      the model lives.
        memory_limit  the most bytes of memory that the model may take at any time, mapped files not counted; and
                      the most elements of any tensor.
        node_limit    the most nodes in the model's graph and the graphs inside it.

        Raises FileError, InvalidModelError, UnsupportedError, LimitExceededError.
        """
        self._lock = threading.RLock()
        self._default: Optional[Session] = None
        handle = ctypes.c_void_p()
        options = _api.model_options(
            copy_file=int(copy_file),
            memory_limit=_arguments.int64(memory_limit, "memory_limit"),
            node_limit=_arguments.int32(node_limit, "node_limit"),
        )
        if isinstance(source, (bytes, bytearray, memoryview)):
            content = np.frombuffer(source, dtype=np.uint8)
            _api.model_open_memory(address(content), content.nbytes, ctypes.byref(options), ctypes.byref(handle))
            self._source = f"{content.nbytes} bytes"
        else:
            _api.model_open(_arguments.path(source), ctypes.byref(options), ctypes.byref(handle))
            self._source = repr(os.fsdecode(source))
        self._address = handle.value or 0
        self._finalizer = weakref.finalize(self, _api.model_release, self._address)
        self._finalizer.atexit = False
        self._describe()

    @property
    def inputs(self) -> Tuple[TensorSpec, ...]:
        """What the model takes."""
        self._handle
        return self._input_specs

    @property
    def outputs(self) -> Tuple[TensorSpec, ...]:
        """What it gives. Shapes are as the file declares them, which real files do wrongly now and then."""
        self._handle
        return self._output_specs

    @property
    def metadata(self) -> Metadata:
        """The model's key-value pairs; setting one writes through, for `read` and `save`."""
        self._handle
        return Metadata(self)

    @property
    def frame_seconds(self) -> Optional[float]:
        """Seconds from one frame of the output to the next, as metadata 'crnn.output.frame_seconds' says; None where it
        says nothing. `ctc.Hypothesis.seconds` takes it.
        """
        text = self.metadata.get("crnn.output.frame_seconds")
        if text is None:
            return None
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds < math.inf:
            raise InvalidMetadataError(f"metadata 'crnn.output.frame_seconds' is {text!r}, expected a number above 0")
        return seconds

    @property
    def nodes(self) -> Tuple[NodeSpec, ...]:
        """The graph as the library runs it, in order."""
        handle, spec, nodes = self._handle, _api.node_spec(), []
        for index in range(_api.model_node_count(handle)):
            _api.model_node(handle, index, ctypes.byref(spec))
            name, operator_type, domain = (
                _api.decode(text or b"") for text in (spec.name, spec.operator_type, spec.domain)
            )
            nodes.append(NodeSpec(name, operator_type, domain, spec.opset))
        return tuple(nodes)

    @property
    def info(self) -> ModelInfo:
        """Its format, parameters and memory."""
        info = _api.model_info()
        _api.model_get_info(self._handle, ctypes.byref(info))
        return ModelInfo(_api.decode(info.format), info.parameter_count, info.parameter_bytes, info.memory_bytes,
                         info.mapped_bytes)

    def run(self, inputs: Mapping[str, Any], outputs: Optional[Sequence[str]] = None) -> Dict[str, np.ndarray]:
        """`Session.run` on the model's default session."""
        return self._default_session().run(inputs, outputs)

    def read(self, image: Any, *, pixel_format: Optional[str] = None, decoder: Optional[BeamSearch] = None) -> Reading:
        """`Session.read` on the model's default session."""
        return self._default_session().read(image, pixel_format=pixel_format, decoder=decoder)

    def session(self, *, threads: int = 1, plan_capacity: int = 16, loop_limit: int = 100_000,
                exact: bool = False, profile: bool = False, memory_limit: int = 4 << 30) -> Session:
        """A session of its own, for another thread or another setting.

        threads        that a run may use, the calling one included; -1 means as many as there are processors for this
                       process. Results do not depend on it.
        plan_capacity  plans kept, one per combination of input shapes; the least recently used one goes first.
        loop_limit     the most iterations that a Loop or Scan in the model may make in one go; LimitExceededError
                       beyond.
        exact          sums convolutions term by term, which is slower; results then agree with the definition to some
                       1e-6 of their scale rather than 1e-5.
        profile        whether runs time their steps, for the session's `profile`.
        memory_limit   the most bytes of tensors that the session may hold at any time, and the most elements of any
                       tensor; LimitExceededError beyond.
        """
        names = [spec.name for spec in self._output_specs]
        return Session(self._handle, self._input_kinds, names, threads, plan_capacity, loop_limit, exact,
                       profile, memory_limit)

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the model with its metadata in the native format, replacing a file of this name as a whole."""
        _api.model_save(self._handle, _arguments.path(path))

    def close(self) -> None:
        """Gives the model back. Its sessions, other than the default one, go on working. May be called again."""
        with self._lock:
            self._finalizer()
            session, self._default = self._default, None
        if session is not None:
            session.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<crnn.Model {self._source}{'' if self._finalizer.alive else ' (closed)'}>"

    @property
    def _handle(self) -> int:
        if not self._finalizer.alive:
            raise InvalidHandleError(f"the model of {self._source} was closed")
        return self._address

    def _default_session(self) -> Session:
        with self._lock:
            if self._default is None:
                self._default = self.session()
            return self._default

    def _metadata_changed(self) -> None:
        # Sessions read the metadata when they are created.
        with self._lock:
            self._default = None

    def _describe(self) -> None:
        handle, spec = self._handle, _api.tensor_spec()
        inputs, kinds, outputs = [], {}, []
        for index in range(_api.model_input_count(handle)):
            _api.model_input(handle, index, ctypes.byref(spec))
            inputs.append(tensor_spec(spec))
            kinds[inputs[-1].name] = Input(spec.name, spec.type)
        for index in range(_api.model_output_count(handle)):
            _api.model_output(handle, index, ctypes.byref(spec))
            outputs.append(tensor_spec(spec))
        self._input_specs, self._input_kinds, self._output_specs = tuple(inputs), kinds, tuple(outputs)
