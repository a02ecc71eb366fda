"""Sessions: what runs a model."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import weakref
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from . import _api, _arguments, _images, _profile, _reading
from ._beam_search import BeamSearch
from ._errors import BusyError, InvalidHandleError
from ._profile import Profile
from ._reading import Reading
from ._tensors import Input, OutputViews, address, c_shape, input_array, input_type, output_tensors


_addressof = ctypes.addressof
_byte_of = ctypes.c_char.from_buffer


@dataclass(frozen=True)
class SessionInfo:
    """What a session holds."""

    #: Bytes of scratch memory.
    memory_bytes: int
    #: Plans in its cache, one per combination of input shapes, and how many were built since it was created.
    plan_count: int
    plans_built: int
    #: Threads that a run uses.
    threads: int


class _Turn:
    """Lets one call at a time in. Other threads wait; the thread that is inside already, in a signal handler say, would
    wait for ever and gets BusyError.
    """

    def __init__(self) -> None:
        lock = threading.RLock()
        self._acquire, self._release = lock.acquire, lock.release
        self._taken = False

    def take(self) -> None:
        self._acquire()
        if self._taken:
            self._release()
            raise BusyError("this session is at work in this thread already")
        self._taken = True

    def end(self) -> None:
        self._taken = False
        self._release()

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *exception: object) -> None:
        self.end()


class _Again:
    """The run before, to be done again with other arrays of the same element types and shapes: a streaming network's
    step takes the library less time than Python takes to describe its arrays anew.
    """

    #: Arrays of so many bytes are sooner copied than their addresses are found out.
    _SMALL = 4096

    def __init__(self, handle: int, inputs: "ctypes.Array[_api.tensor]", outputs: "ctypes.Array[_api.tensor]") -> None:
        self._inputs, self._outputs = inputs, outputs
        # Converted for C once.
        count = ctypes.c_size_t.from_param
        self._arguments = (
            ctypes.c_void_p.from_param(handle), ctypes.byref(inputs), count(len(inputs)), ctypes.byref(outputs),
            count(len(outputs)),
        )
        # By name: the struct, element type and shape, the bits of an address that are 0 when it is aligned, and the
        # place to which a small array is copied.
        self._known: Dict[str, Tuple[_api.tensor, np.dtype, Tuple[int, ...], int, Optional[np.ndarray]]] = {}
        # The structs of outputs as bytes: before a run; after it, with the shapes that they point at; and views of what
        # they describe.
        self._bytes = (ctypes.c_char * ctypes.sizeof(outputs)).from_buffer(outputs)
        self._blank = self._bytes.raw
        self._described = b""
        self._shapes: List[Tuple["ctypes.Array[ctypes.c_char]", bytes]] = []
        self._found: List[Tuple[str, Callable[[], np.ndarray]]] = []

    def forget(self) -> None:
        self._known.clear()

    def remember(self, inputs: Mapping[str, Any], arrays: Sequence[np.ndarray]) -> None:
        """After a run of these inputs, which `arrays` were made of."""
        if type(inputs) is dict and all(given is array for given, array in zip(inputs.values(), arrays)):
            for tensor, (name, array) in zip(self._inputs, inputs.items()):
                place = np.empty_like(array, order="C", subok=False) if array.nbytes <= self._SMALL else None
                self._known[name] = tensor, array.dtype, array.shape, array.dtype.alignment - 1, place
                if place is not None:
                    tensor.data = address(place)

    def run(
        self, inputs: Mapping[str, Any], names: Sequence[str], views: OutputViews
    ) -> Optional[Dict[str, np.ndarray]]:
        """Copies of the outputs; None when these inputs are not like those."""
        known = self._known
        if len(inputs) != len(known) or not known:
            return None
        held = []
        try:
            for name, array in inputs.items():
                tensor, dtype, shape, unaligned, place = known[name]
                if array.dtype is not dtype or array.shape != shape:
                    return None
                if place is not None:
                    place[...] = array
                    continue
                # Refused for an array that is not contiguous, or read-only.
                data = _addressof(_byte_of(array))
                if data & unaligned:
                    return None
                tensor.data = data
                held.append(array)
        except (AttributeError, KeyError, TypeError, ValueError, BufferError):
            return None
        self._bytes.raw = self._blank
        status = _api.session_run_again(*self._arguments)
        if status:
            raise _api.failure(status)
        # Results lie where they lay, as long as their structs say so.
        if self._bytes.raw != self._described:
            self._find(names, views)
        for shape_bytes, described in self._shapes:
            if shape_bytes.raw != described:
                self._find(names, views)
                break
        return {name: copy() for name, copy in self._found}

    def _find(self, names: Sequence[str], views: OutputViews) -> None:
        self._found = [(name, views.find(output).copy) for name, output in zip(names, self._outputs)]
        shapes = [
            (ctypes.c_char * (8 * output.rank)).from_address(ctypes.addressof(output.shape.contents))
            for output in self._outputs if output.rank > 0
        ]
        self._shapes = [(shape, shape.raw) for shape in shapes]
        self._described = self._bytes.raw


class Session:
    """Runs a model, with scratch memory and plans of its own. Made by `Model.session`.

    Any thread may call it; calls take turns. To work in parallel give each thread a session: they share the model's
    weights. A session keeps its model alive, also beyond the model's `close`.
    """

    def __init__(self, model: int, inputs: Mapping[str, Input], outputs: Sequence[str], threads: int,
                 plan_capacity: int, loop_limit: int, exact: bool, profile: bool, memory_limit: int) -> None:
        options = _api.session_options(
            threads=_arguments.int32(threads, "threads"),
            plan_capacity=_arguments.int32(plan_capacity, "plan_capacity"),
            loop_limit=_arguments.int64(loop_limit, "loop_limit"),
            exact=bool(exact),
            profile=bool(profile),
            memory_limit=_arguments.int64(memory_limit, "memory_limit"),
        )
        handle = ctypes.c_void_p()
        _api.session_create(model, ctypes.byref(options), ctypes.byref(handle))
        self._address = handle.value or 0
        self._finalizer = weakref.finalize(self, _api.session_release, self._address)
        self._finalizer.atexit = False
        # From a run to the copies of its outputs, which lie in the session until its next run.
        self._turn = _Turn()
        self._known = inputs
        self._names = tuple(outputs)
        self._inputs = (_api.tensor * len(inputs))()
        self._outputs = output_tensors(outputs)
        self._views = OutputViews()
        self._again = _Again(self._address, self._inputs, self._outputs)

    def run(self, inputs: Mapping[str, Any], outputs: Optional[Sequence[str]] = None) -> Dict[str, np.ndarray]:
        """Runs the network and returns new arrays by output name.

        inputs   an array for every input of the model, by name. A contiguous array is read in place; its element type
                 must be the declared one. Lists and numbers take that type.
        outputs  names of the outputs wanted; None means all.

        Raises InvalidArgumentError for an unknown or missing name, InvalidInputError for an element type, rank or size
        that does not fit.
        """
        if type(inputs) is not dict and not isinstance(inputs, Mapping):
            raise TypeError(f"inputs must map names to arrays, not be a {type(inputs).__name__}")
        if isinstance(outputs, str):
            raise TypeError("outputs must be a sequence of names, not a str")
        # Sooner than `with`.
        turn = self._turn
        turn.take()
        try:
            if outputs is None:
                copies = self._again.run(inputs, self._names, self._views)
                if copies is not None:
                    return copies
            self._again.forget()
            names = self._names if outputs is None else tuple(outputs)
            results = self._outputs if outputs is None else output_tensors(names)
            arguments, arrays = self._arguments(inputs)
            for result in results:
                result.data = None
            _api.session_run(self._handle, arguments, len(arguments), results, len(results))
            copy = self._views.copy
            copies = {name: copy(result) for name, result in zip(names, results)}
            if outputs is None and arguments is self._inputs:
                self._again.remember(inputs, arrays)
            return copies
        finally:
            turn.end()

    def read(self, image: Any, *, pixel_format: Optional[str] = None, decoder: Optional[BeamSearch] = None) -> Reading:
        """Reads a line image to text, as the model's metadata says.

        image         a path (needs Pillow), a Pillow image, or a uint8 array: H×W gray, H×W×3 RGB, H×W×4 RGBA.
                      Rows may lie anywhere: a crop of a larger array is read in place.
        pixel_format  "gray", "rgb", "bgr" or "rgba", where an array's channels mean something else: "bgr" for OpenCV's.
        decoder       a beam search instead of greedy decoding; labels, blank and kind of score are the model's. The
                      reading's confidences are then those of its hypothesis.

        Raises InvalidMetadataError when the model does not describe its images and labels, InvalidInputError when the
        image does not fit the network, FileError for a file that is no image.
        """
        native, pixels = _images.native_image(image, pixel_format)
        result = ctypes.POINTER(_api.reading)()
        options = _api.read_options(decoder=None if decoder is None else decoder._handle)
        with self._turn, contextlib.nullcontext() if decoder is None else decoder._calls():
            _api.session_read_image(self._handle, ctypes.byref(native), ctypes.byref(options), ctypes.byref(result))
        del pixels
        return _reading.take(result)

    @property
    def info(self) -> SessionInfo:
        """Its memory, plans and threads at this moment."""
        info = _api.session_info()
        with self._turn:
            _api.session_get_info(self._handle, ctypes.byref(info))
        return SessionInfo(info.memory_bytes, info.plan_count, info.plans_built, info.threads)

    @property
    def profile(self) -> Profile:
        """What the steps of its runs took so far; empty unless it was made with `profile=True`. `print` it."""
        with self._turn:
            return _profile.read(self._handle)

    def reset_profile(self) -> None:
        """Sets the figures of the profile to zero, after warming up for instance."""
        with self._turn:
            _api.session_profile_reset(self._handle)

    def close(self) -> None:
        """Gives the session's memory back, after a run in another thread has ended. May be called again."""
        with self._turn:
            self._again.forget()
            self._finalizer()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<crnn.Session>" if self._finalizer.alive else "<crnn.Session (closed)>"

    @property
    def _handle(self) -> int:
        if not self._finalizer.alive:
            raise InvalidHandleError("this session was closed")
        return self._address

    def _arguments(self, inputs: Mapping[str, Any]) -> Tuple["ctypes.Array[_api.tensor]", Tuple[np.ndarray, ...]]:
        """Input structs, and the arrays that must outlive the call because they point into them."""
        tensors = self._inputs if len(inputs) == len(self._inputs) else (_api.tensor * len(inputs))()
        arrays = []
        for tensor, (name, value) in zip(tensors, inputs.items()):
            known = self._known.get(name)
            kind = None if known is None else known.kind or None
            array = input_array(name, value, kind)
            tensor.name = _arguments.text(name, "an input's name") if known is None else known.name
            tensor.type = input_type(name, array, kind)
            tensor.shape = c_shape(array.shape)
            tensor.rank = array.ndim
            tensor.data = address(array)
            tensor.byte_count = array.nbytes
            arrays.append(array)
        return tensors, tuple(arrays)
