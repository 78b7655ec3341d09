"""Reads values from texts by the types that their schema allows: in parameters, headers, forms and text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

from openapi.contract import Json
from openapi.keyword_values import ALL_TYPES
from openapi.limits import INTEGER_DIGITS
from openapi.schema_facts import SchemaFacts

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_TEXT = frozenset({"string"})
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, eq=False)
class TextReader:
    """Reads values of one schema.

    Text that is no value of the types is returned as it is, for the schema to refuse. Where several readings
    are possible, the first one that is valid counts.
    """

    facts: SchemaFacts

    def scalar(self, text: str) -> Json:
        """The value of one text."""
        if self.is_text:
            return text
        values = _scalars(text, self.facts.types)
        return values[0] if len(values) == 1 else self.first_valid(values, text)

    @cached_property
    def is_text(self) -> bool:
        """Whether the value of a text is the text itself, whatever it says."""
        types = self.facts.types
        return types in (_TEXT, ALL_TYPES)

    def text(self, text: str) -> Json:
        """The value of a whole text, which may end with a line break unless it is a string."""
        return self.scalar(text if "string" in self.facts.types else text.strip())

    def array(self, texts: Iterable[str]) -> list[Json]:
        """The value of the texts of an array's items."""
        items = TextReader(self.facts.items)
        return [items.scalar(text) for text in texts]

    def object(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
        """The value of the names and texts of an object's properties."""
        return {name: TextReader(self.facts.property(name)).scalar(text) for name, text in pairs}

    def nested(self, tree: Json) -> Json:
        """The value of texts by name: a leaf is the list of the texts of one name."""
        if not isinstance(tree, Mapping):
            return self.repeated(tree)
        if self.facts.takes_array and not self.facts.takes_object:
            # Some write brackets, or the number of each item, behind the name.
            return [item for branch in tree.values() for item in self._items(branch)]
        return {name: TextReader(self.facts.property(name)).nested(branch) for name, branch in tree.items()}

    def repeated(self, texts: Sequence[str]) -> Json:
        """The value of a name that may be repeated for the items of an array."""
        if self.facts.takes_array or len(texts) > 1:
            return self.array(texts)
        return self.scalar(texts[0])

    def first_valid(self, candidates: Iterable[Json], otherwise: Json) -> Json:
        """The first candidate that is valid, or else the first one, or `otherwise`. A single candidate is not
        checked.
        """
        values = [*candidates]
        if len(values) < 2:
            return values[0] if values else otherwise
        return next((value for value in values if self.facts.validator.is_valid(value)), values[0])

    def _items(self, tree: Json) -> list[Json]:
        return self.array(tree) if isinstance(tree, list) else [TextReader(self.facts.items).nested(tree)]


def _scalars(text: str, types: frozenset[str]) -> list[Json]:
    """The readings of a text as values of these types."""
    values: list[Json] = [text] if "string" in types else []
    if "null" in types and text in ("", "null"):
        values.append(None)
    if "boolean" in types and text in _BOOLEANS:
        values.append(_BOOLEANS[text])
    if "integer" in types and _INTEGER.fullmatch(text) and len(text) <= INTEGER_DIGITS:
        values.append(int(text))
    elif "number" in types and _NUMBER.fullmatch(text) and isfinite(number := float(text)):
        values.append(number)
    return values
