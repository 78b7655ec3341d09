"""Reads YAML 1.2 into the data model of JSON (YAML 1.2.2, section 10.3, Core Schema)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from openapi.errors import ContractError
from openapi.limits import ALIASED_NODES, NESTING, NODES

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_STARTS_NUMBER = frozenset("+-.0123456789")
_KNOWN_TAGS = "tag:yaml.org,2002:"
# Values of these tags are resolved as if they had none; those of other known tags, such as dates, are text.
_RESOLVED_TAGS = frozenset(_KNOWN_TAGS + name for name in ("int", "float", "bool", "null"))
# Stands for the key `<<` without quotes, which takes over the keys of other mappings
# (https://yaml.org/type/merge.html). YAML 1.1 has it, and authors use it. No text has a U+0000.
_MERGE = "\0<<"


def read_yaml(name: str, text: str) -> Any:
    """The value of a YAML document. Keys are text as written, aliases the same object as their anchor.

    Raises ContractError with line and column when it is not YAML, has a key twice, is nested too deeply, or
    its aliases stand for too much.
    """
    try:
        builder = _Builder(yaml.CSafeLoader(text))
        return builder.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", {_place(mark)}" if mark else ""
        kind = "" if isinstance(error, _RefusedError) else "not YAML: "
        raise ContractError(f"{name}{place}: {kind}{error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise ContractError(f"{name}: not YAML: {' '.join(str(error).split())}") from None


class _RefusedError(yaml.MarkedYAMLError):
    """Something that YAML allows, but JSON does not, or that is too large."""

    def __init__(self, problem: str, mark: Any) -> None:
        super().__init__(None, None, problem, mark)


@dataclass(slots=True)
class _Collection:
    """A mapping or sequence that is being read. `key` waits for its value, `marks` has where the keys are,
    `merged` what `<<` takes over. `nodes` were read before it.
    """

    value: Any
    anchor: str | None
    nodes: int
    is_mapping: bool
    key: str | None = None
    marks: dict[str, Any] = field(default_factory=dict)
    merged: list[Any] = field(default_factory=list)


class _Builder:
    """Builds the value of one document from the events of a parser, without recursion."""

    def __init__(self, loader: yaml.CSafeLoader) -> None:
        self._loader = loader
        self._root = _Collection([], None, 0, is_mapping=False)
        self._open = [self._root]
        self._anchored: dict[str, tuple[Any, int]] = {}
        self._nodes = self._aliased = 0

    def document(self) -> Any:
        """The value; None for an empty text."""
        actions: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._start_mapping,
            yaml.SequenceStartEvent: self._start_sequence,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.DocumentStartEvent: self._start_document,
        }
        next_event = self._loader.get_event
        while (event := next_event()) is not None:
            action = actions.get(type(event))
            if action is not None:
                action(event)
        return self._root.value[0] if self._root.value else None

    def _start_document(self, event: Any) -> None:
        if self._root.value:
            raise _RefusedError("a second document begins here; one is expected", event.start_mark)

    def _scalar(self, event: Any) -> None:
        collection = self._open[-1]
        if collection.is_mapping and collection.key is None:
            value = event.value
            self._add_key(collection, _MERGE if value == "<<" and event.implicit[0] else value, event)
        else:
            value = _scalar_value(event)
            self._add(collection, value, event)
        if event.anchor is not None:
            self._anchored[event.anchor] = (value, 1)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchored:
            inside = any(collection.anchor == event.anchor for collection in self._open)
            problem = "stands within its own anchor" if inside else "has no anchor before it"
            raise _RefusedError(f"the alias *{event.anchor} {problem}", event.start_mark)
        value, nodes = self._anchored[event.anchor]
        self._nodes += nodes
        self._aliased += nodes
        if self._aliased > ALIASED_NODES:
            raise _RefusedError(f"aliases stand for more than {ALIASED_NODES:,} values", event.start_mark)
        collection = self._open[-1]
        if collection.is_mapping and collection.key is None:
            self._add_key(collection, value, event)
        else:
            self._add(collection, value, event)

    def _start_mapping(self, event: Any) -> None:
        self._start(_Collection({}, event.anchor, self._nodes, is_mapping=True), event)

    def _start_sequence(self, event: Any) -> None:
        self._start(_Collection([], event.anchor, self._nodes, is_mapping=False), event)

    def _start(self, collection: _Collection, event: Any) -> None:
        outer = self._open[-1]
        _check_tag(event)
        if outer.is_mapping and outer.key is None:
            raise _RefusedError("a key must be text", event.start_mark)
        if len(self._open) > NESTING:
            raise _RefusedError(f"it is nested more than {NESTING} levels deep", event.start_mark)
        self._anchored.pop(event.anchor, None)
        self._open.append(collection)

    def _end(self, event: Any) -> None:
        collection = self._open.pop()
        for source in collection.merged:
            collection.value = {**source, **collection.value}
        if collection.anchor is not None:
            self._anchored[collection.anchor] = (collection.value, self._nodes - collection.nodes + 1)
        self._add(self._open[-1], collection.value, event)

    def _add(self, collection: _Collection, value: Any, event: Any) -> None:
        self._nodes += 1
        if self._nodes - self._aliased > NODES:
            raise _RefusedError(f"there are more than {NODES:,} values", event.start_mark)
        if not collection.is_mapping:
            collection.value.append(value)
            return
        if collection.key == _MERGE:
            sources = value if isinstance(value, list) else [value]
            if not all(isinstance(source, dict) for source in sources):
                raise _RefusedError("<< takes over mappings only", event.start_mark)
            collection.merged += sources
        else:
            collection.value[collection.key] = value
        collection.key = None

    def _add_key(self, collection: _Collection, key: Any, event: Any) -> None:
        if not isinstance(key, str):
            raise _RefusedError("a key must be text", event.start_mark)
        if key in collection.marks and key != _MERGE:
            first = _place(collection.marks[key])
            raise _RefusedError(f"the key {key!r} is there twice; the first is in {first}", event.start_mark)
        collection.marks[key] = event.start_mark
        collection.key = key


def _scalar_value(event: Any) -> Any:
    text: str = event.value
    if event.tag is None or event.tag in _RESOLVED_TAGS:
        return _plain_value(text, event) if event.implicit[0] or event.tag else text
    _check_tag(event)
    return text


def _plain_value(text: str, event: Any) -> Any:
    """The value of a text without quotes."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _STARTS_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        try:
            return int(text)
        except ValueError:
            raise _RefusedError("a number has too many digits", event.start_mark) from None
    if _FLOAT.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if match := _NOT_FINITE.fullmatch(text):
        return float(f"{match[1] or ''}{match[2] or match[3]}")
    return text


def _check_tag(event: Any) -> None:
    if event.tag not in (None, "!") and not event.tag.startswith(_KNOWN_TAGS):
        raise _RefusedError(f"the tag {event.tag!r} is not known", event.start_mark)


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
