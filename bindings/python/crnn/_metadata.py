"""A model's key-value pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, MutableMapping

from . import _api, _arguments

if TYPE_CHECKING:
    from ._model import Model


class Metadata(MutableMapping[str, str]):
    """The metadata of a model. Setting and deleting act on the model at once.

    Keys that drive a recogniser begin with "crnn."; a session reads them when it is created, and the model's default
    session is renewed when they change.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def __getitem__(self, key: str) -> str:
        value = _api.model_metadata(self._model._handle, _arguments.text(key, "a metadata key"))
        if value is None:
            raise KeyError(key)
        return _api.decode(value)

    def __setitem__(self, key: str, value: str) -> None:
        name, content = _arguments.text(key, "a metadata key"), _arguments.text(value, f"metadata '{key}'")
        _api.model_set_metadata(self._model._handle, name, content)
        self._model._metadata_changed()

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        _api.model_set_metadata(self._model._handle, _arguments.text(key, "a metadata key"), None)
        self._model._metadata_changed()

    def __iter__(self) -> Iterator[str]:
        handle = self._model._handle
        keys = [_api.model_metadata_key(handle, index) for index in range(_api.model_metadata_count(handle))]
        return iter([_api.decode(key) for key in keys if key is not None])

    def __len__(self) -> int:
        return int(_api.model_metadata_count(self._model._handle))

    def __repr__(self) -> str:
        return repr(dict(self))
