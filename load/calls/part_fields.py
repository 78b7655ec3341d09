"""Header fields of the parts of multipart bodies (OpenAPI 3.0.3, Encoding Object, headers)."""

from collections.abc import Iterable, Mapping
from functools import partial

from openapi.bodies import Encoding, Fields
from openapi.parameters import Parameter
from openapi.payloads import PayloadFactory, PayloadGenerator, Unbuildable


def part_fields(encodings: Mapping[str, Encoding], payloads: PayloadFactory) -> Fields:
    """Makes the header fields of the parts of each property; optional ones without a value are left out.

    Raises Unbuildable when a required one has none.
    """
    drawn: dict[str, list[tuple[Parameter, PayloadGenerator]]] = {}
    headers = [(name, header) for name, each in encodings.items() for header in each.headers.values()]
    for name, header in headers:
        try:
            generate = payloads.generator(header.schema, header.name, header.rules())
        except Unbuildable:
            if header.required:
                raise
        else:
            drawn.setdefault(name, []).append((header, generate))
    return {name: partial(_fields, generators) for name, generators in drawn.items()}


def _fields(drawn: Iterable[tuple[Parameter, PayloadGenerator]]) -> Mapping[str, str]:
    return {header.name: header.write(generate()) for header, generate in drawn}
