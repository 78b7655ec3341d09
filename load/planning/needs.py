"""What operations need: the entities that their paths, parameters and bodies refer to."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from load.planning.cursors import cursors_of, is_cursor, is_cursor_value
from load.planning.entity_needs import addressed, reference_to
from load.planning.message_schemas import (
    Scalar,
    cannot_be_made_up,
    is_opaque,
    is_unknown,
    refers_to_unknown,
    request_schema,
    scalars_within,
)
from load.planning.names import words
from load.planning.path_values import PathValues, path_values
from load.planning.plan import Need, Slot
from load.planning.producers import MAY_CREATE_AT_PATH, NAMED_AT_PATH, RELATES_AT_PATH, Producer
from load.planning.reachability import Needs, settle
from load.planning.references import References
from load.planning.request_fields import is_known_field
from load.planning.resources import collection_of, normalised, resource_of
from load.planning.tables import Tables, referenced_table
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

# The slots of an operation, by its label, that always get values of the user's.
Bound = Callable[[str], Set[Slot]]


def nothing_bound(_label: str) -> Set[Slot]:
    """No slot of any operation."""
    return frozenset()


def needs_of(
    operations: Mapping[str, Operation],
    producers: Mapping[str, Sequence[Producer]],
    addresses: Mapping[str, Sequence[Parameter]],
    own_names: Mapping[str, Sequence[str]],
    variants: Mapping[tuple[str, str], str],
    bound: Bound = nothing_bound,
) -> Needs:
    """The needs of operations, none of which depends on a producer that cannot be called itself.

    `producers` are by label. `addresses` are the path parameters that address the entities of each resource,
    `own_names` the names that their identifiers may have. `variants` are the resources under which a resource
    and a path parameter have another address. `bound` slots have values: nothing is needed for them.
    """
    reachable = dict(producers)
    while True:
        references, tables = References(reachable, addresses), Tables(operations, reachable)
        reader = _NeedsReader(references, tables, reachable, own_names, variants, bound)
        needs = reader.read(operations)
        unreachable = [label for label in needs.uncovered if reachable.pop(label, None)]
        if not unreachable:
            return needs


@dataclass
class _PathNeeds:
    """The entities in a path, from its end; the parameters whose values are guessed; and why the path cannot
    be filled, if so.
    """

    entities: list[Need] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass
class _InputNeeds:
    """The entities in a query, header fields, cookies and the body; the slots that stay empty because nothing
    shows their valid values; and those that cannot stay empty.
    """

    entities: list[Need] = field(default_factory=list)
    empty: list[Slot] = field(default_factory=list)
    made_up: list[Slot] = field(default_factory=list)


class _Telling(NamedTuple):
    """A property of a body and its slot, and what it may be read as, whichever operation the body is of: the
    identifier of the entity itself, a reference to another, a cursor, or an identifier that nothing shows.
    `table` is the one whose rows it refers to, as the document says; empty if it says nothing.
    """

    scalar: Scalar
    slot: Slot
    may_identify: bool
    may_refer: bool
    is_cursor: bool
    is_unknown: bool
    table: str

    @property
    def is_any(self) -> bool:
        return bool(self.table) or self.may_identify or self.may_refer or self.is_cursor or self.is_unknown


class _NeedsReader:
    """Reads what operations need from their parameters and bodies.

    Larger than usual: it has what needs depend on, and what is found once for many operations.
    """

    def __init__(
        self,
        references: References,
        tables: Tables,
        producers: Mapping[str, Sequence[Producer]],
        own_names: Mapping[str, Sequence[str]],
        variants: Mapping[tuple[str, str], str],
        bound: Bound,
    ) -> None:
        self._bound = bound
        self._references, self._tables = references, tables
        self._producers = producers
        self._own_names = own_names
        self._variants = variants
        self._all_names = frozenset(name for names in own_names.values() for name in names)
        self._telling_scalars: dict[int, list[_Telling]] = {}
        self._by_collection = {collection_of(resource): resource for resource in own_names}

    def read(self, operations: Mapping[str, Operation]) -> Needs:
        needs = Needs()
        for label, operation in operations.items():
            path = self._path_needs(operation)
            inputs = self._input_needs(operation, path.entities)
            # The addressed entity comes first, as other entities are looked for within it.
            entities = sorted((*path.entities, *inputs.entities), key=lambda need: not need.addressed)
            needs.entities[label] = tuple(entities)
            needs.empty_slots[label] = tuple(inputs.empty)
            needs.made_up_slots[label] = tuple(inputs.made_up)
            needs.cursors[label] = tuple(cursors_of(operation, operations.values()))
            unknown = [c.slot for c in needs.cursors[label] if c.required and not c.sources]
            if path.reason:
                needs.uncovered[label] = path.reason
            elif unknown:
                needs.uncovered[label] = (
                    f"no operation shows a value for {unknown[0]}, which is never made up"
                )
            elif path.guessed:
                needs.guessed_parameters[label] = tuple(path.guessed)
        settle(needs, operations, self._producers)
        return needs

    def _path_needs(self, operation: Operation) -> _PathNeeds:
        needs = _PathNeeds()
        own = self._producers.get(operation.label, ())
        created = {producer.resource: producer.reason for producer in own if producer.reason in NAMED_AT_PATH}
        related = {producer.resource for producer in own if producer.reason == RELATES_AT_PATH}
        last = len(operation.path_names) - 1
        for index in range(last, -1, -1):
            name = operation.path_names[index]
            if Slot("path", name) in self._bound(operation.label):
                continue
            address = resource_of(operation.path, index)
            resource = self._variants.get((address, name), address)
            is_related = index == last and resource in related
            if resource in self._references.produced and resource not in created and not is_related:
                needs.entities.append(addressed(operation, index, resource))
                break
            # An entity that is related to another is no sibling of their relation.
            references, near = self._references, "" if is_related else normalised(operation.path)
            schema = _path_parameter(operation, name).schema
            reference = self._rows_of(referenced_table(schema.node, schema), operation)
            reference = reference or references.identified_by(name, near) or references.named_by(name, near)
            if is_related:
                reference = reference or references.other_side(name, resource)
            if resource in created:
                if created[resource] == MAY_CREATE_AT_PATH:
                    needs.guessed.append(name)
                if index == 0 and operation.method == "put":
                    # It creates entities under new names, and replaces those that it has created.
                    slots = ((Slot("path", name), 0),)
                    needs.entities.append(Need(resource, slots, required=False, addressed=True))
            elif reference:
                needs.entities.append(reference_to(reference, Slot("path", name), required=True))
            else:
                _fill_without_producer(operation, name, needs)
                if needs.reason:
                    break
        return needs

    def _input_needs(self, operation: Operation, in_path: Sequence[Need]) -> _InputNeeds:
        needs, bound = _InputNeeds(), self._bound(operation.label)
        for parameter in operation.parameters:
            if parameter.location != "path" and Slot(parameter.location, parameter.name) not in bound:
                self._read_parameter(operation, parameter, needs)
        body = request_schema(operation)
        if body is not None:
            filled = {slot for need in in_path for slot, _ in need.slots} | bound
            for told in self._telling(body):
                if told.slot not in filled:
                    self._read_property(operation, told, body, needs)
        return needs

    def _telling(self, body: Schema) -> Sequence[_Telling]:
        """The properties of a body that may be read as something, whichever operation it is of; most bodies
        of a document may be the same.
        """
        scalars = scalars_within(body)
        # The list is the same for all bodies with this schema, and is kept with that.
        if id(scalars) not in self._telling_scalars:
            told = (self._told(each, body) for each in scalars)
            self._telling_scalars[id(scalars)] = [each for each in told if each.is_any]
        return self._telling_scalars[id(scalars)]

    def _told(self, scalar: Scalar, body: Schema) -> _Telling:
        table = referenced_table(scalar.node, body)
        is_unlisted = bool(table) and cannot_be_made_up(scalar.node, body)
        return _Telling(
            scalar,
            Slot("body", scalar.pointer),
            scalar.pointer == "/id" or "".join(words(scalar.pointer)) in self._all_names,
            self._references.may_lead_somewhere(scalar.name),
            is_cursor_value(scalar.name, scalar.node, body),
            is_unlisted or refers_to_unknown(scalar.name, scalar.node, body),
            table,
        )

    def _read_parameter(self, operation: Operation, parameter: Parameter, needs: _InputNeeds) -> None:
        slot, schema = Slot(parameter.location, parameter.name), parameter.schema
        node, table = schema.node, referenced_table(schema.node, schema)
        reference = self._rows_of(table, operation)
        if not reference:
            if is_known_field(parameter) or (operation.method == "get" and is_cursor(parameter)):
                return
            reference = self._references.referenced_by(operation, parameter.name, node, schema)
        is_unlisted = bool(table) and cannot_be_made_up(node, schema)
        if reference:
            needs.entities.append(reference_to(reference, slot, parameter.required))
        elif parameter.required:
            needs.made_up += [slot] if is_unlisted else []
        elif is_unlisted or is_unknown(parameter.name, node, schema) or is_opaque(parameter):
            needs.empty.append(slot)

    def _read_property(self, operation: Operation, told: _Telling, body: Schema, needs: _InputNeeds) -> None:
        scalar, slot = told.scalar, told.slot
        reference, own = self._rows_of(told.table, operation), None
        if not reference and told.may_identify:
            own = self._addressed_by_body(operation, scalar.pointer)
        if not reference and told.may_refer:
            reference = self._references.referenced_by(operation, scalar.name, scalar.node, body)
        if own:
            slots = ((slot, own.count("{}") - 1),)
            needs.entities.append(Need(own, slots, required=True, addressed=True))
        elif reference:
            needs.entities.append(reference_to(reference, slot, scalar.required))
        elif not scalar.required and told.is_cursor:
            needs.empty.append(slot)
        elif told.is_unknown:
            (needs.made_up if scalar.required else needs.empty).append(slot)
        elif scalar.pointer == "/id" and not scalar.required and not self._creates(operation):
            # It would identify an existing entity.
            needs.empty.append(slot)

    def _rows_of(self, table: str, operation: Operation) -> str | None:
        """The resource of a table; None without one."""
        return self._tables.resource(table, normalised(operation.path)) if table else None

    def _creates(self, operation: Operation) -> bool:
        return any(producer.creates for producer in self._producers.get(operation.label, ()))

    def _addressed_by_body(self, operation: Operation, pointer: str) -> str | None:
        """The resource whose entity a PUT or PATCH on the collection identifies in its body."""
        own = self._by_collection.get(normalised(operation.path))
        if own is None or not self._references.has_name(own):
            return None
        if operation.method not in ("put", "patch"):
            return None
        is_identifier = "".join(words(pointer)) in self._own_names[own] and pointer.count("/") == 1
        return own if is_identifier else None


def _fill_without_producer(operation: Operation, name: str, needs: _PathNeeds) -> None:
    """Add a path parameter that no operation produces to those with guessed values, or give the reason why it
    has none.
    """
    values = path_values(_path_parameter(operation, name), operation)
    if values is PathValues.GUESSED:
        needs.guessed.append(name)
    elif values is PathValues.UNKNOWN:
        needs.reason = f"no operation produces a value for {{{name}}}"


def _path_parameter(operation: Operation, name: str) -> Parameter:
    return next(each for each in operation.parameters if (each.location, each.name) == ("path", name))
