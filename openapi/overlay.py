"""Overlays: changes to a document that are kept apart from it (OpenAPI Overlay Specification 1.0.0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonpath import JSONPathError, JSONPathMatch
from jsonpath import compile as compile_path

from openapi.document_parser import parse_document
from openapi.document_source import read_file
from openapi.errors import ContractError

_VERSION = "1.0"
_FIELDS = ("target", "description", "update", "remove")


@dataclass(frozen=True)
class _Action:
    """An action, at a place such as `a.yaml, action 2`. `update` is what is merged into what `target`
    selects; with `remove`, that is removed.
    """

    place: str
    target: str
    update: Any
    remove: bool

    def apply(self, document: Any) -> bool:
        """Change a document; return whether the target selects anything. Raises ContractError."""
        selected = self._selected(document)
        if self.remove:
            # From the end, as the places of items change when one before them is removed.
            for match in sorted(selected, key=lambda match: match.parts, reverse=True):
                self._remove(match)
        else:
            for match in selected:
                self._update(match)
        return bool(selected)

    def _selected(self, document: Any) -> list[JSONPathMatch]:
        """What the target selects, each place once."""
        try:
            found = compile_path(self.target, strict=True).finditer(document)
            return list({match.parts: match for match in found}.values())
        except JSONPathError as error:
            reason = error.args[0] if self.target.startswith("$") else "it must begin with $"
            raise ContractError(
                f"{self.place}: target {self.target!r} is no JSONPath (RFC 9535): {reason}"
            ) from None

    def _remove(self, match: JSONPathMatch) -> None:
        if match.parent is None:
            raise ContractError(f"{self.place}: it would remove the whole document")
        holder: Any = match.parent.obj
        del holder[match.parts[-1]]

    def _update(self, match: JSONPathMatch) -> None:
        """Merge the update into an object, or append it to an array."""
        selected, update = match.obj, self.update
        if isinstance(selected, list):
            selected.append(_unshared(update))
        elif isinstance(selected, dict) and isinstance(update, dict):
            _merge(selected, update)
        else:
            raise ContractError(
                f"{self.place}: {match.path} is of type {_kind(selected)}, and the update of type "
                f"{_kind(update)}; objects are updated by objects, arrays by one more item"
            )


def overlaid(document: Any, overlays: Sequence[str | Path]) -> tuple[Any, tuple[str, ...]]:
    """A copy of a document with the overlays of some files applied one after another, and a note for each
    target that selects nothing: that is allowed, but often a mistake.

    Raises ContractError that names the file and the action, counted from 1, when one cannot be applied.
    """
    copy = _unshared(document)
    actions = [action for overlay in overlays for action in _actions(str(overlay))]
    notes = (
        "" if action.apply(copy) else f"{action.place}: target {action.target!r} selects nothing"
        for action in actions
    )
    return copy, tuple(filter(None, notes))


def _actions(name: str) -> list[_Action]:
    overlay = parse_document(name, read_file(name, Path(name)))
    if not isinstance(overlay, dict) or "overlay" not in overlay:
        raise ContractError(f"{name}: not an OpenAPI overlay: it has no 'overlay' field")
    version = str(overlay["overlay"])
    if version.split(".")[:2] != _VERSION.split("."):
        raise ContractError(f"{name}: overlay {version} is not supported; {_VERSION}.0 is")
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        raise ContractError(f"{name}: 'actions' must be a list with at least one action")
    return [_action(f"{name}, action {number}", node) for number, node in enumerate(actions, 1)]


def _action(place: str, node: Any) -> _Action:
    if not isinstance(node, dict) or not isinstance(node.get("target"), str):
        raise ContractError(f"{place}: an object with a 'target', which is a JSONPath, is expected")
    for name in node:
        if name not in _FIELDS and not name.startswith("x-"):
            raise ContractError(f"{place}: {name!r} is no field of an action; these are {', '.join(_FIELDS)}")
    remove = node.get("remove", False)
    if not isinstance(remove, bool):
        raise ContractError(f"{place}: 'remove' must be true or false, not of type {_kind(remove)}")
    if not remove and "update" not in node:
        raise ContractError(f"{place}: it has neither an 'update' nor 'remove: true'")
    return _Action(place, node["target"], node.get("update"), remove)


def _merge(selected: dict[str, Any], update: dict[str, Any]) -> None:
    for key, value in update.items():
        present = selected.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(_unshared(value))
        else:
            selected[key] = _unshared(value)


def _unshared(node: Any) -> Any:
    """A copy in which nothing is in two places, as aliases of YAML are: a change is where it is meant."""
    if isinstance(node, dict):
        return {key: _unshared(value) for key, value in node.items()}
    return [_unshared(item) for item in node] if isinstance(node, list) else node


def _kind(value: Any) -> str:
    """What JSON calls the kind of a value."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")
