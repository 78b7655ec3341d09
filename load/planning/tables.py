"""The tables that a document names: whose rows a value refers to, and which resource these are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from load.planning.identifiers import Identifier
from load.planning.message_schemas import json_schemas, request_schema, scalars_within
from load.planning.operation_index import OperationIndex
from load.planning.producers import Inference, Producer, Producers
from load.planning.resources import collection_of, normalised, shared_segments
from load.planning.schema_properties import deepest, outline_of
from openapi.contract import Json
from openapi.operations import Operation
from openapi.schema import Schema

_TABLE, _REFERENCES, _GENERATED = "x-table", "x-references", "x-generated"
_BODY = "$response.body#"


class _Rows(NamedTuple):
    """Rows of a `table` in a message: the JSON pointer to them, which shows lists by their first item, and
    the property that is their key, empty if the message does not say.
    """

    pointer: str
    table: str
    key: str


class Tables:
    """The resources whose entities are the rows of tables. `producers` are by label."""

    def __init__(
        self, operations: Mapping[str, Operation], producers: Mapping[str, Sequence[Producer]]
    ) -> None:
        self._operations, self._producers = operations, producers

    def resource(self, table: str, near: str) -> str | None:
        """The resource of a table: of those that operations create, or else list, as its rows, the one that
        shares most of the path `near`; or else one with the name of the table. None if there is none.
        """
        creating, showing = (self._supplied.get((table, creates)) for creates in (True, False))
        return min(
            creating or showing or self._by_name[table],
            key=lambda each: (
                -shared_segments(each, near),
                _collection_name(each) != table,
                each.count("{"),
                each,
            ),
            default=None,
        )

    @cached_property
    def _supplied(self) -> Mapping[tuple[str, bool], set[str]]:
        """The resources of each table that operations create, and those that they only show."""
        supplied: dict[tuple[str, bool], set[str]] = defaultdict(set)
        for table, producer in _supplies(self._operations, self._producers):
            supplied[table, producer.creates].add(producer.resource)
        return supplied

    @cached_property
    def _by_name(self) -> defaultdict[str, set[str]]:
        """The resources by the last literal segment of their paths."""
        by_name = defaultdict[str, set[str]](set)
        for resource in {producer.resource for found in self._producers.values() for producer in found}:
            by_name[_collection_name(resource)].add(resource)
        return by_name


def referenced_table(node: Json, schema: Schema) -> str:
    """The table whose rows a value or each item of a list refers to (x-references); empty if it does not."""
    facts = outline_of(node, schema)
    found = facts.get(_REFERENCES) or outline_of(facts.get("items"), schema).get(_REFERENCES)
    return found if isinstance(found, str) else ""


def referenced_tables(operations: Mapping[str, Operation]) -> frozenset[str]:
    """The tables whose rows the parameters and bodies of operations refer to."""
    found: set[str] = set()
    for operation in operations.values():
        schemas = (parameter.schema for parameter in operation.parameters)
        found |= {referenced_table(schema.node, schema) for schema in schemas}
        body = request_schema(operation)
        if body is not None:
            found |= body.noted(_referenced_within, body.node)
    return frozenset(found - {""})


def unaddressed_rows(index: OperationIndex, tables: frozenset[str]) -> Iterator[str]:
    """The resources of these tables whose entities no path addresses."""
    shown: dict[str, set[str]] = defaultdict(set)
    for operation in index.operations.values() if tables else ():
        for rows in (rows for schema in json_schemas(operation) for rows in _rows_within(schema)):
            shown[rows.table].add(normalised(operation.path))
    for table in sorted(tables & shown.keys()):
        paths = shown[table]
        if paths.isdisjoint(index.resources) and paths.isdisjoint(index.by_collection):
            yield from sorted(f"{path}/{{}}" for path in paths if not path.endswith("}"))


def add_keys(operations: Mapping[str, Operation], producers: Producers, tables: frozenset[str]) -> None:
    """Add the keys of the rows of these tables where paths address them otherwise: `id`, where
    `/courses/{code}` is their path.
    """
    for label, operation in operations.items() if tables else ():
        for producer in [*producers.by_label[label]]:
            for rows in _rows_of(producer, operation):
                if rows.table in tables and rows.key and not producer.alias_of:
                    _add_key(producers, producer, rows)


def _add_key(producers: Producers, producer: Producer, rows: _Rows) -> None:
    key = f"{rows.pointer}/{rows.key}"
    resource = f"{collection_of(producer.resource)}/{{{rows.key}}}"
    known = {other.resource for other in producers.by_label[producer.label]}
    if _pointer_of(producer) != key and resource not in known:
        in_item = key.removeprefix(_list_item(producer))
        producers.add(
            replace(
                producer,
                resource=resource,
                sources=(*producer.sources[:-1], in_item),
                reason=Inference(f"{key} of its answer"),
                alias_of=producer.resource,
            )
        )


def _supplies(
    operations: Mapping[str, Operation], producers: Mapping[str, Sequence[Producer]]
) -> Iterator[tuple[str, Producer]]:
    """The producers that supply keys of rows, each with the table of these."""
    for label, found in producers.items():
        for producer in found:
            shown = _rows_of(producer, operations[label])
            for rows in shown:
                if not rows.key or _pointer_of(producer) == f"{rows.pointer}/{rows.key}":
                    yield rows.table, producer
            body = request_schema(operations[label])
            if producer.creates and body is not None and not shown:
                yield from ((rows.table, producer) for rows in _rows_within(body) if not rows.pointer)


def _rows_of(producer: Producer, operation: Operation) -> list[_Rows]:
    """The rows in an operation's answers that a producer may supply the identifiers of."""
    pointer, item = _pointer_of(producer), _list_item(producer)
    return [
        rows
        for schema in json_schemas(operation)
        for rows in _rows_within(schema)
        if f"{pointer or rows.pointer}/".startswith(f"{rows.pointer}/") and rows.pointer.startswith(item)
    ]


def _pointer_of(producer: Producer) -> str | None:
    """The JSON pointer to the identifier in an answer; None if it is elsewhere."""
    last = producer.sources[-1]
    pointer = last.pointer if isinstance(last, Identifier) else last.removeprefix(_BODY)
    return None if pointer is None or pointer.startswith("$") else _list_item(producer) + pointer


def _list_item(producer: Producer) -> str:
    return "" if producer.list_pointer is None else f"{producer.list_pointer}/0"


def _rows_within(schema: Schema) -> list[_Rows]:
    return schema.noted(_rows, schema.node)


def _rows(node: Json, schema: Schema) -> list[_Rows]:
    """The outermost rows of a message: what a student shows of a course does not list courses."""
    level = [("", node)]
    for _ in range(deepest(schema) + 1):
        outlines = [(pointer, outline_of(each, schema)) for pointer, each in level]
        found = [
            _Rows(pointer, facts[_TABLE], _key(facts, schema))
            for pointer, facts in outlines
            if isinstance(facts.get(_TABLE), str)
        ]
        if found:
            return found
        level = [inner for pointer, facts in outlines for inner in _inner(pointer, facts)]
    return []


def _inner(pointer: str, facts: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    if "items" in facts:
        yield f"{pointer}/0", facts["items"]
    for name, values in facts.get("properties", {}).items():
        yield f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", values


def _key(facts: Mapping[str, Json], schema: Schema) -> str:
    properties = facts.get("properties", {}).items()
    keys = (name for name, values in properties if outline_of(values, schema).get(_GENERATED) == "identity")
    return next(keys, "")


def _referenced_within(_: Json, schema: Schema) -> frozenset[str]:
    return frozenset(referenced_table(scalar.node, schema) for scalar in scalars_within(schema))


def _collection_name(resource: str) -> str:
    literals = [segment for segment in collection_of(resource).split("/") if segment and "{" not in segment]
    return literals[-1] if literals else ""
