"""Parameters of requests, and headers of responses: read by their schemas, written from values."""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus

import orjson

from openapi import media_types
from openapi.keyword_values import ALL_TYPES
from openapi.schema import Schema
from openapi.schema_facts import SchemaFacts
from openapi.serialization import Serialization, as_text, texts_of
from openapi.styled_reader import StyledReader

# Strings that everyone reads the same way in each location: a slash or a dot segment in a path is taken for a
# part of the path (RFC 3986, section 3.3), header fields and cookies have a grammar of their own (RFC 9110,
# section 5.5; RFC 6265, section 4.1.1).
_UNAMBIGUOUS = {
    "path": r"^(?!\.{1,2}$)[^/\\\u0000-\u0020\u007f?#%;]+$",
    "query": r"^[^\u0000-\u001f\u007f]+$",
    "header": r"^[!-~]([ -~]*[!-~])?$",
    "cookie": r"^[!#-+\--:<-\[\]-~]+$",
}
# The same for items of arrays and properties of objects, which delimiters separate; in a query, only their
# own delimiter matters.
_UNAMBIGUOUS_ITEM = r"^[^\u0000-\u0020\u007f/\\?#%,;.|=&\"]+$"
_UNAMBIGUOUS_QUERY_ITEM = r"^[^\u0000-\u001f\u007f{}]+$"
_UNAMBIGUOUS_NAME = r"^[^\u0000-\u0020\u007f\[\]&=,|]+$"
_SCALARS = frozenset({"string", "number", "integer", "boolean"})
_URL = ("path", "query")
# Properties of an object, and those of objects in it, that leave a trace in the style deepObject.
_LEAF = {"minLength": 1, "minItems": 1, "minProperties": 1, "type": sorted(ALL_TYPES - {"null"}),
         "items": {"minLength": 1, "type": sorted(_SCALARS)}}  # fmt: skip
_DEPTH = 4
# Segments of a path that are taken for something else, however they are encoded (RFC 3986, section 5.2.4).
NO_SEGMENTS = ("", ".", "..")


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of an operation, or a header of a response.

    Larger than usual: it has one field per field of the Parameter Object.

    `location` is path, query, header or cookie. `media_type` is that of its `content`, if it has that instead
    of a style. `examples` are those beside its schema.
    """

    name: str
    location: str
    required: bool
    style: str
    explode: bool
    schema: Schema
    media_type: str = ""
    allow_reserved: bool = False
    examples: tuple[Any, ...] = ()

    def read(self, texts: Sequence[str]) -> Any:
        """The value of a parameter from its occurrences in a message: those in a query as they stand there,
        others percent-decoded.

        Text that is no value of the schema's types is returned as it is, for the schema to refuse. Raises
        UnicodeDecodeError.
        """
        if not self.media_type:
            return self.styled.read(texts)
        text = unquote_plus(texts[0], errors="strict") if self.location == "query" else texts[0]
        return _read_json(text) if media_types.is_json(self.media_type) else self.schema.reader.text(text)

    def occurrences(
        self, query: Mapping[str, Sequence[str]], others: Container[str]
    ) -> Mapping[str, Sequence[str]]:
        """Its occurrences in a query, by name. `others` are the names of other parameters."""
        if self.media_type:
            return {self.name: query[self.name]} if self.name in query else {}
        return self.styled.occurrences(query, others)

    def read_query(self, occurrences: Mapping[str, Sequence[str]]) -> Any:
        """Its value from its occurrences in a query, as `occurrences` finds them. Raises
        UnicodeDecodeError.
        """
        return self.read(occurrences[self.name]) if self.media_type else self.styled.read_query(occurrences)

    @property
    def may_repeat(self) -> bool:
        """Whether its name may occur more than once."""
        return not self.media_type and (self.styled.repeats or self.styled.is_spread)

    @cached_property
    def styled(self) -> StyledReader:
        """Reads its values from texts in its style."""
        return StyledReader(self._serialization, self.schema.facts)

    def write(self, value: Any) -> str:
        """The text of a value in its location, percent-encoded where that is a URL: what replaces the
        expression in a path, `name=text` joined by & in a query, the value of a header field, `name=text` in
        a cookie. Empty when there is nothing to write, as for an empty array.
        """
        if not self.media_type:
            return self._serialization.write(value)
        is_json = media_types.is_json(self.media_type)
        return self._serialization.write_text(self._as_json(value) if is_json else as_text(value))

    @cached_property
    def may_misfit(self) -> bool:
        """Whether some values of its types cannot be written so that they are read as they are."""
        if self.location != "query":
            return True
        is_delimited = bool(self._serialization.delimiter) and not self._serialization.encodes_delimiter
        facts = self.schema.facts
        holds_many = facts.types == ALL_TYPES or facts.takes_array or facts.takes_object
        return not self.media_type and holds_many and (is_delimited or self.style == "deepObject")

    def fits(self, value: Any) -> bool:
        """Whether the service reads a value as it was written: segments of a path must not be empty or made
        of dots, header fields and cookies may have certain characters only, and items must not have the
        delimiter between them, unless it is encoded.
        """
        if self.location == "path" and self.write(value) in NO_SEGMENTS:
            return False
        if self.media_type:
            is_json = media_types.is_json(self.media_type)
            return self.location in _URL or is_json or self._serialization.is_unchanged(value)
        if self.style == "deepObject":
            return isinstance(value, Mapping) and _fits_deeply(value)
        if isinstance(value, (Mapping, list)) and not self._keeps_parts(value):
            return False
        return self._serialization.is_unchanged(value)

    def _keeps_parts(self, value: Mapping[str, Any] | list[Any]) -> bool:
        """Whether items, or names and values, can be told apart in the text."""
        delimiter, is_object = self._serialization.delimiter, isinstance(value, Mapping)
        if self.location == "cookie" and self.explode and (is_object or len(value) > 1):
            return False
        if not delimiter:
            return True
        texts = [*texts_of(value)]
        has_assignments = self.explode and is_object and self.location not in _URL
        forbidden = ("" if self._serialization.encodes_delimiter else delimiter) + "=" * has_assignments
        return all(text and not any(character in text for character in forbidden) for text in texts)

    def rules(self) -> tuple[Any, ...]:
        """JSON Schemas of values that everyone reads the same way from their text, the most important
        first.
        """
        types = self.schema.types
        rules: list[Any] = [{"type": sorted(types - {"null"})}] if "null" in types else []
        if self.examples:
            rules.append({"examples": [*self.examples]})
        if self.media_type:
            return tuple(rules)
        if "string" in types:
            rules.append({"minLength": 1, "pattern": _UNAMBIGUOUS[self.location]})
        facts = self.schema.facts
        if facts.takes_array:
            rules += [{"minItems": 1}, {"items": self._item_rule(facts.items.types)}]
        if facts.takes_object and self.style == "deepObject":
            rules += [{"minProperties": 1}, _deep_rule(facts, _DEPTH)]
        elif facts.takes_object:
            names = _UNAMBIGUOUS_NAME if self.styled.is_spread else self._item_pattern
            rules += [{"minProperties": 1}, {"propertyNames": {"minLength": 1, "pattern": names}}]
            rules.append(facts.each_property(self._item_rule(_SCALARS)))
        return tuple(rules)

    def _item_rule(self, types: frozenset[str]) -> Any:
        """The schema of items or properties, which are texts, numbers and booleans where they can be."""
        rule: dict[str, Any] = {"minLength": 1, "pattern": self._item_pattern}
        scalars = types & _SCALARS if types != ALL_TYPES else {"string"}
        return {**rule, "type": sorted(scalars)} if scalars else rule

    @property
    def _item_pattern(self) -> str:
        if self.location != "query":
            return _UNAMBIGUOUS_ITEM
        return _UNAMBIGUOUS_QUERY_ITEM.format(self._serialization.delimiter)

    @cached_property
    def _serialization(self) -> Serialization:
        return Serialization(self.name, self.location, self.style, self.explode, self.allow_reserved)

    def _as_json(self, value: Any) -> str:
        """JSON, of ASCII characters alone where others are not allowed."""
        if self.location in ("header", "cookie"):
            return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f")
        return orjson.dumps(value).decode()


def _read_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _deep_rule(facts: SchemaFacts, depth: int) -> Any:
    """The schema of objects of which nothing is lost in the style deepObject."""
    rule = {**_LEAF, "propertyNames": {"pattern": _UNAMBIGUOUS_NAME}, **facts.each_property(_LEAF)}
    inner = {name: facts.property(name) for name in rule["properties"]} if depth else {}
    rule["properties"] |= {
        name: _deep_rule(each, depth - 1) for name, each in inner.items() if each.takes_object
    }
    return rule


def _fits_deeply(value: Any) -> bool:
    """Whether nothing of an object is lost in the style deepObject: empty arrays and objects are, names with
    brackets, and what belongs to which item of an array.
    """
    if isinstance(value, list):
        return bool(value) and not any(isinstance(item, (Mapping, list)) or item is None for item in value)
    if not isinstance(value, Mapping):
        return value is not None
    has_plain_names = not any("[" in name or "]" in name for name in value)
    return bool(value) and has_plain_names and all(map(_fits_deeply, value.values()))
