"""What operations have to be given: the things that their paths, parameters and bodies speak of."""

from collections.abc import Iterator, Mapping, Sequence

from load.planning.identifiers import Identifier
from load.planning.message_schemas import (
    Choice,
    choice_of,
    is_opaque,
    is_reference,
    is_stranger,
    is_unknown,
    kinds_within,
    request_schema,
    scalars_within,
)
from load.planning.names import identified_noun, is_identifier, singular, words
from load.planning.plan import Need, Slot
from load.planning.producers import CREATES_AT_PATH, RELATES_AT_PATH, Producer
from load.planning.reachability import Needs, settle
from load.planning.resources import collection_of, normalised, noun_of, resource_of
from load.planning.schema_properties import identifier_types
from openapi.contract import Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.schema import Schema

# Numbers of these names count or order; they hardly ever stand for a thing that is called so.
_QUANTITIES = frozenset(
    {"limit", "count", "size", "page", "offset", "number", "order", "amount", "total", "level", "version",
     "position", "priority", "weight", "quantity", "rank", "index", "year", "month", "day", "hour", "minute"}
)  # fmt: skip
_OWN_WORDS = 2


def needs_of(
    operations: Mapping[str, Operation],
    producers: Mapping[str, Sequence[Producer]],
    addresses: Mapping[str, Sequence[Parameter]],
    own_names: Mapping[str, Sequence[str]],
    variants: Mapping[tuple[str, str], str],
) -> Needs:
    """The needs of operations, once none is fed by what is out of reach itself. `producers` by label;
    `addresses` are the path parameters that lead to the things of a resource, `own_names` what their
    identifiers may be called; `variants` tell by which other resource a path parameter finds things.
    """
    current = dict(producers)
    while True:
        found = _Reader(operations, current, addresses, own_names, variants).needs()
        silent = [label for label in found.uncovered if current.pop(label, None)]
        if not silent:
            return found


class _Reader:
    def __init__(
        self,
        operations: Mapping[str, Operation],
        producers: Mapping[str, Sequence[Producer]],
        addresses: Mapping[str, Sequence[Parameter]],
        own_names: Mapping[str, Sequence[str]],
        variants: Mapping[tuple[str, str], str],
    ) -> None:
        self.operations = operations
        self.producers = producers
        self.addresses = addresses
        self.own_names = own_names
        self.variants = variants
        self.by_collection = {collection_of(each): each for each in addresses}
        self.fed = {producer.resource for found in producers.values() for producer in found}
        self.things = self._things()

    def needs(self) -> Needs:
        found = Needs({}, {}, {}, {})
        for label, operation in self.operations.items():
            path, guessed, reason = self._path_needs(operation)
            others, unsent, invented = self._other_needs(operation, path)
            # What else is spoken of is looked for within what the path leads to.
            found.entities[label] = tuple(sorted((*path, *others), key=lambda need: not need.addressed))
            found.empty_slots[label] = tuple(unsent)
            found.made_up_slots[label] = tuple(invented)
            if reason:
                found.uncovered[label] = reason
            elif guessed:
                found.guessed_parameters[label] = tuple(guessed)
        settle(found, self.operations, self.producers)
        return found

    def _things(self) -> dict[str, str]:
        """The resource that a name speaks of; where there are several the one of the shortest path, with
        identifiers that a schema tells of.
        """
        told = {
            producer.resource
            for found in self.producers.values()
            for producer in found
            if not any(isinstance(part, Identifier) and part.is_guess for part in producer.sources)
        }
        things: dict[str, str] = {}
        for resource in sorted(
            self.fed, key=lambda each: (each.count("{}"), each not in told, len(each), each)
        ):
            things.setdefault(noun_of(resource), resource)
            collection = [part for part in collection_of(resource).split("/") if part and "{" not in part]
            if collection:
                parts = words(collection[-1])
                things.setdefault("_".join([*parts[:-1], singular(parts[-1])]) if parts else "", resource)
        things.pop("", None)
        return things

    def _meant(self, name: str) -> str | None:
        """The resource whose things an identifier of this name identifies: `parent_task_run_id` a task
        run, if there are such, else a run.
        """
        parts = identified_noun(name).split("_")
        found = (self.things.get("_".join(parts[start:])) for start in range(len(parts)))
        return next((each for each in found if each), None)

    def _named(self, name: str) -> str | None:
        """The resource whose things go by such a name: `work_pool_name`, where paths ask for that."""
        *head, attribute = words(name) or [""]
        resource = self.things.get("_".join(head))
        for each in (resource, f"{collection_of(resource)}/{attribute}/{{}}") if resource else ():
            addresses = [words(address.name)[-1:] for address in self.addresses.get(each, ())]
            if each in self.fed and [attribute] in addresses:
                return each
        return None

    def _path_needs(self, operation: Operation) -> tuple[list[Need], list[str], str]:
        """The things that a path leads to, from its end; the names whose values are guessed; and why it
        cannot be reached, if so.
        """
        own = self.producers.get(operation.label, ())
        makes = {producer.resource for producer in own if producer.reason == CREATES_AT_PATH}
        joins = {producer.resource for producer in own if producer.reason == RELATES_AT_PATH}
        parameters = {each.name: each for each in operation.parameters if each.location == "path"}
        needs: list[Need] = []
        guessed: list[str] = []
        for index in reversed(range(len(operation.path_names))):
            name = operation.path_names[index]
            address = resource_of(operation.path, index)
            resource = self.variants.get((address, name), address)
            is_last = index == len(operation.path_names) - 1
            if resource in self.fed and resource not in makes and not (is_last and resource in joins):
                slots = [
                    (Slot("path", each), place)
                    for place, each in enumerate(operation.path_names[: index + 1])
                ]
                if is_last:
                    slots += [(each, index) for each in _repeated(operation, noun_of(resource))]
                needs.append(Need(resource, tuple(slots), required=True, addressed=True))
                break
            meant = self._meant(name) or self._named(name)
            if resource in makes:
                # It makes things under new names, and a PUT replaces those that it has made.
                if index == 0 and operation.method == "put":
                    made = ((Slot("path", name), 0),)
                    needs.append(Need(resource, made, required=False, addressed=True))
                continue
            if meant:
                last = meant.count("{}") - 1
                needs.append(Need(meant, ((Slot("path", name), last),), required=True, addressed=False))
                continue
            choice = choice_of(parameters[name], operation)
            if choice is Choice.NONE:
                return needs, [], f"nothing tells which {{{name}}} there are"
            if choice is Choice.GUESSED:
                guessed.append(name)
        return needs, guessed, ""

    def _other_needs(
        self, operation: Operation, path: Sequence[Need]
    ) -> tuple[list[Need], list[Slot], list[Slot]]:
        """Identifiers in the query, in fields, cookies and the body; the slots that had better stay empty,
        as nothing tells what to put there; and those that cannot stay empty.
        """
        needs: list[Need] = []
        unsent: list[Slot] = []
        invented: list[Slot] = []
        for parameter in operation.parameters:
            if parameter.location == "path":
                continue
            slot, schema = Slot(parameter.location, parameter.name), parameter.schema
            meant = self._referred(operation, parameter.name, schema.translated, schema)
            if meant:
                needs.append(_reference(meant, slot, parameter.required))
            elif not parameter.required and (
                is_unknown(parameter.name, schema.translated, schema) or is_opaque(parameter)
            ):
                unsent.append(slot)
        body = request_schema(operation)
        if body is None:
            return needs, unsent, invented
        for pointer, name, node, required in scalars_within(body):
            slot = Slot("body", pointer)
            if any(slot == taken for need in path for taken, _ in need.slots):
                continue
            own = self._addressed_by_body(operation, pointer)
            meant = self._referred(operation, name, node, body)
            if own:
                last = own.count("{}") - 1
                needs.append(Need(own, ((slot, last),), required=True, addressed=True))
            elif meant:
                needs.append(_reference(meant, slot, required))
            elif (identified_noun(name) and is_unknown(name, node, body)) or is_stranger(name, node, body):
                (invented if required else unsent).append(slot)
            elif pointer == "/id" and not required and not self._makes(operation):
                # It names what is there already.
                unsent.append(slot)
        return needs, unsent, invented

    def _makes(self, operation: Operation) -> bool:
        return any(producer.creates for producer in self.producers.get(operation.label, ()))

    def _referred(self, operation: Operation, name: str, node: Json, schema: Schema) -> str | None:
        """The resource whose things a value identifies: by a name such as owner_id, or by that of the
        thing itself where the value can be nothing but an identifier of its kind. What an operation
        makes, it names itself.
        """
        kinds = kinds_within(node, schema)
        if not kinds:
            return None
        meant = self._meant(name) if is_identifier(name) else self._named(name)
        if meant:
            makes = any(
                producer.creates and producer.resource == meant
                for producer in self.producers.get(operation.label, ())
            )
            is_own = makes and words(name)[:-1][-1:] == [noun_of(meant)] and len(words(name)) <= _OWN_WORDS
            return None if is_own else meant
        if is_identifier(name):
            return None
        parts = words(name)
        if not parts or parts[-1] in _QUANTITIES or not is_reference(node, schema):
            return None
        meant = self.things.get("_".join([*parts[:-1], singular(parts[-1])]))
        return meant if meant and kinds & self._kinds(meant) else None

    def _kinds(self, resource: str) -> frozenset[str]:
        """The JSON types of the identifiers of a resource, as far as its paths tell."""
        kinds = [
            identifier_types(each.schema.translated, each.schema.translated)
            for each in self.addresses.get(resource, ())
        ]
        return frozenset.union(*kinds) if kinds else frozenset({"string", "integer"})

    def _addressed_by_body(self, operation: Operation, pointer: str) -> str | None:
        """The resource whose thing a PUT or PATCH on the collection names in its body."""
        own = self.by_collection.get(normalised(operation.path))
        if operation.method not in ("put", "patch") or own is None or own not in self.things.values():
            return None
        return own if "".join(words(pointer)) in self.own_names[own] and pointer.count("/") == 1 else None


def _repeated(operation: Operation, noun: str) -> Iterator[Slot]:
    """Where the body of a replacement or change names once more what the path leads to."""
    body = request_schema(operation) if operation.method in ("put", "patch") else None
    *head, last = words(operation.path_names[-1])
    names = {("".join((*head, last)))} | ({last} if head[-1:] == [noun] else set())
    for pointer, name, _, _ in scalars_within(body) if body else ():
        if pointer.count("/") == 1 and "".join(words(name)) in names:
            yield Slot("body", pointer)


def _reference(resource: str, slot: Slot, required: bool) -> Need:
    return Need(resource, ((slot, resource.count("{}") - 1),), required, addressed=False)
