"""Calls: requests of one operation, valid by construction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import quote, urlencode

import orjson

from openapi import media_types
from openapi.contract import Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.payloads import Generator, Payloads, Unbuildable

OPTIONAL_PARAMETER = 0.3


@dataclass(frozen=True)
class Call:
    """A request ready to be sent; `target` is path and query. The values it was made of are kept
    for the links that lead on from it.
    """

    operation: Operation
    target: str
    headers: Mapping[str, str]
    body: bytes
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    payload: Json


class CallBuilder:
    """Builds the calls of one operation; `linked` names the parameters that only links fill in.

    Raises Unbuildable when there is no way to make a valid one.
    """

    def __init__(
        self, operation: Operation, linked: frozenset[str], payloads: Payloads, random: Random
    ) -> None:
        self.operation = operation
        self._random = random
        self._generators = {
            (each.location, each.name): payloads.generator(each.schema, each.name)
            for each in operation.parameters
            if each.name not in linked
        }
        self._headers, self._payload = self._body(payloads)

    def _body(self, payloads: Payloads) -> tuple[Mapping[str, str], Generator | None]:
        accepted = {name for each in self.operation.responses.values() for name in each.content}
        headers = {"Accept": ", ".join(sorted(accepted)) or "*/*"}
        body = self.operation.request_body
        if body is None:
            return headers, None
        for media_type, schema in body.content.items():
            if media_types.is_json(media_type):
                return {**headers, "Content-Type": media_type}, payloads.generator(schema)
        if body.required:
            raise Unbuildable(f"no body of {', '.join(body.content)} can be built")
        return headers, None

    def build(self, bound: Mapping[str, Json], bare: bool = False) -> Call:
        """A call whose linked parameters have the values given; a bare one has no optional ones."""
        chosen = [*self._chosen(bound, 0.0 if bare else OPTIONAL_PARAMETER)]
        path = {each.name: value for each, value in chosen if each.location == "path"}
        pairs = _written(chosen, "query")
        payload = self._payload() if self._payload else None
        return Call(
            operation=self.operation,
            target=self.operation.url(path) + (f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""),
            headers={**self._headers, **dict(_written(chosen, "header"))},
            body=orjson.dumps(payload) if self._payload else b"",
            path=path,
            query={each.name: value for each, value in chosen if each.location == "query"},
            payload=payload,
        )

    def _chosen(self, bound: Mapping[str, Json], optional: float) -> Iterator[tuple[Parameter, Json]]:
        for parameter in self.operation.parameters:
            generate = self._generators.get((parameter.location, parameter.name))
            if parameter.name in bound:
                yield parameter, bound[parameter.name]
            elif generate and (parameter.required or self._random.random() < optional):
                yield parameter, generate()


def _written(chosen: list[tuple[Parameter, Json]], location: str) -> list[tuple[str, str]]:
    return [pair for each, value in chosen if each.location == location for pair in each.write(value)]
