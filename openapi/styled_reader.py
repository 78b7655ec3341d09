"""Reads the values of parameters in their style (OpenAPI 3.0.3, Parameter Object, Style Values)."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openapi.contract import Json
from openapi.deserialization import Deserialization
from openapi.schema_facts import SchemaFacts
from openapi.serialization import Serialization
from openapi.text_reader import TextReader

_SCALARS = frozenset({"string", "number", "integer", "boolean"})
_STEPS = re.compile(r"(?:\[[^\[\]]*\])+")


@dataclass(frozen=True, eq=False)
class StyledReader:
    """Reads the values of one parameter, which `serialization` writes."""

    serialization: Serialization
    facts: SchemaFacts

    @cached_property
    def _texts(self) -> Deserialization:
        return Deserialization(self.serialization)

    @cached_property
    def _reader(self) -> TextReader:
        return TextReader(self.facts)

    def read(self, texts: Sequence[str]) -> Json:
        """The value from the occurrences of the parameter. Raises UnicodeDecodeError."""
        if self._is_plain:
            return self._reader.scalar(texts[0].strip())
        facts, reader, scalar = self.facts, self._reader, self._texts.scalar(texts[0])
        if not (facts.takes_array or facts.takes_object):
            return reader.scalar(scalar)
        candidates: list[Json] = []
        if facts.takes_array:
            is_split = not self.repeats
            items = self._texts.split(texts[0]) if is_split else map(self._texts.scalar, texts)
            candidates.append(reader.array(items))
        if facts.takes_object:
            candidates.append(reader.object(self._texts.pairs(texts[0])))
        if not facts.types.isdisjoint(_SCALARS):
            candidates.append(reader.scalar(scalar))
        return reader.first_valid(candidates, scalar)

    def occurrences(
        self, query: Mapping[str, Sequence[str]], others: Container[str]
    ) -> Mapping[str, Sequence[str]]:
        """The occurrences of the parameter in a query, by name. `others` are the names of other parameters,
        and of their properties if those have names of their own.
        """
        name = self.serialization.name
        if self.is_deep:
            steps = {key: key[len(name) :] for key in query if key.startswith(f"{name}[")}
            return {key: query[key] for key, step in steps.items() if _STEPS.fullmatch(step)}
        if not self.is_spread:
            return {name: query[name]} if name in query else {}
        known, is_closed = self.facts.property_names, self.facts.is_closed
        return {
            key: texts for key, texts in query.items() if key in known or not (is_closed or key in others)
        }

    def read_query(self, occurrences: Mapping[str, Sequence[str]]) -> Json:
        """The value from occurrences by name. Raises UnicodeDecodeError."""
        if not (self.is_deep or self.is_spread):
            return self.read(occurrences[self.serialization.name])
        tree: dict[str, Any] = {}
        for name, texts in occurrences.items():
            rest = name[len(self.serialization.name) + 1 : -1]
            steps = rest.split("][") if self.is_deep else [name]
            branch = tree
            for step in steps[:-1]:
                inner = branch.get(step)
                branch[step] = branch = inner if isinstance(inner, dict) else {}
            branch[steps[-1]] = [*map(self._texts.scalar, texts)]
        return self._reader.nested(tree)

    @cached_property
    def _is_plain(self) -> bool:
        """Whether a text is a value as it is, but for spaces around it: this is most of what is read."""
        is_header = self.serialization.location == "header"
        return is_header and not (self.facts.takes_array or self.facts.takes_object)

    @property
    def repeats(self) -> bool:
        """Whether each item of an array is an occurrence of its own."""
        serialization = self.serialization
        return serialization.explode and serialization.location == "query" and self.facts.takes_array

    @property
    def is_deep(self) -> bool:
        """Whether each property of an object has its path as its name."""
        return self.serialization.style == "deepObject"

    @cached_property
    def is_spread(self) -> bool:
        """Whether the properties of an object are parameters of the query under their own names."""
        serialization = self.serialization
        is_in_query = serialization.location == "query" and not self.is_deep
        return is_in_query and serialization.explode and self.facts.takes_object
