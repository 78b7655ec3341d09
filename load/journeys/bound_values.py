"""The values that the user has bound to slots of calls, row by row."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import jsonschema_rs

from load.errors import LoadError
from load.measurements.arrivals import Share
from load.options.operation_keys import OperationKeys
from load.options.values import Bound, Row, Values
from load.planning.message_schemas import request_schema, scalars_within
from load.planning.plan import Slot
from openapi import lenient_json
from openapi.contract import Json
from openapi.definitions import bundle
from openapi.operations import Operation
from openapi.parameters import Parameter

Check = Callable[[Json], bool]


class BoundValues:
    """Gives calls the values that are bound to their slots. The rows of a file take turns: each call takes
    the next one, all its values of this file come from it, and several processes share the rows.

    Raises LoadError when a value is bound to nothing, or is not allowed where it is bound.
    """

    def __init__(self, values: Values, operations: Sequence[Operation]) -> None:
        keys = OperationKeys(operations)
        keys.check(values.bound, "values")
        self._share = Share()
        self._turns: dict[str, int] = {}
        self._fixed: dict[str, dict[Slot, Json]] = {}
        self._rows: dict[str, dict[str, list[dict[Slot, Json]]]] = {}
        # Of several keys that bind a slot of an operation, the most specific one holds.
        for key in sorted(values.bound, key=keys.reach, reverse=True):
            for one in values.bound[key]:
                slots = [
                    (operation, slot, check)
                    for operation in keys.named(key)
                    for slot, check in _found(operation, one.slot)
                ]
                if not slots:
                    raise LoadError(f"values.{key}: {one.slot}: no operation that this key names has it")
                for operation, slot, check in slots:
                    self._bind(operation.label, slot, check, one, values.tables)

    def slots(self, label: str) -> frozenset[Slot]:
        """The slots of an operation that always get such a value."""
        in_rows = (slot for rows in self._rows.get(label, {}).values() for slot in rows[0])
        return frozenset([*self._fixed.get(label, ()), *in_rows])

    def set_share(self, share: Share) -> None:
        """Take this share of the rows from now on."""
        self._share = share
        self._turns = {}

    def next(self, label: str) -> dict[Slot, Json]:
        """The values for a call of an operation."""
        values = dict(self._fixed.get(label, {}))
        for file, rows in self._rows.get(label, {}).items():
            turn = self._turns.get(file, self._share.index)
            self._turns[file] = turn + self._share.count
            values.update(rows[turn % len(rows)])
        return values

    def _bind(
        self, label: str, slot: Slot, check: Check | None, bound: Bound, tables: Mapping[str, Sequence[Row]]
    ) -> None:
        place = f"values: {label}: {slot}"
        for others in ([self._fixed.get(label, {})], *self._rows.get(label, {}).values()):
            for former in others:
                former.pop(slot, None)
        if bound.source is None:
            self._fixed.setdefault(label, {})[slot] = _fitted(place, bound.value, check)
            return
        rows = tables[bound.source.file]
        unbound: list[dict[Slot, Json]] = [{} for _ in rows]
        held = self._rows.setdefault(label, {}).setdefault(bound.source.file, unbound)
        for number, (bound_in_row, row) in enumerate(zip(held, rows, strict=True), start=1):
            where = f"{place}: row {number} of {bound.source.file}"
            bound_in_row[slot] = _fitted(where, row[bound.source.column], check)


def _found(operation: Operation, slot: Slot) -> list[tuple[Slot, Check | None]]:
    """A slot as an operation has it, with a check of its values where that is known; nothing without it."""
    if slot.location != "body":
        return [
            (Slot(parameter.location, parameter.name), parameter.schema.validator.is_valid)
            for parameter in operation.parameters
            if parameter.location == slot.location and _is_named(parameter, slot.name)
        ]
    body = request_schema(operation)
    if body is None:
        return []
    nodes = {scalar.pointer: scalar.node for scalar in scalars_within(body)}
    if slot.name not in nodes:
        return [(slot, None)]
    schema = bundle(nodes[slot.name], body.translator.definitions)
    return [(slot, jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid)]


def _is_named(parameter: Parameter, name: str) -> bool:
    """Whether a parameter has a name; those of header fields are the same in upper and lower case."""
    return parameter.name == name or (
        parameter.location == "header" and parameter.name.lower() == name.lower()
    )


def _fitted(place: str, value: Json, check: Check | None) -> Json:
    """A value as its schema wants it: what a file has as text may be a number. Raises LoadError."""
    if check is None or check(value):
        return value
    with suppress(ValueError):
        read = lenient_json.loads(value.encode()) if isinstance(value, str) else str(value)
        if check(read):
            return read
    raise LoadError(f"{place}: the document does not allow {value!r} there")
