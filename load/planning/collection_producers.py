"""Infers the producers of a resource from the operations on its collection and on its entities."""

from dataclasses import replace

from load.planning.identifiers import Identifier
from load.planning.message_schemas import (
    header_with_identifier,
    is_list,
    json_schemas,
    mapping_to_entities,
    request_schema,
)
from load.planning.names import DISTINGUISHING_NAMES, USUAL_NAMES, words
from load.planning.neighbours import akin, names_an_entity, names_another
from load.planning.operation_index import OperationIndex
from load.planning.producers import (
    CREATES_AT_PATH,
    KEYS,
    UNKNOWN_LIST,
    Inference,
    Producer,
    Producers,
    in_list,
    may_create,
    own_path,
    split_at_list,
)
from load.planning.resources import collection_of, normalised, noun_of
from load.planning.side_effects import only_reads
from openapi.operations import Operation

# Last segments of paths at which a POST creates entities of the collection before them.
_CREATING_ACTIONS = ("upload", "create", "import", "new", "register", "add")


class CollectionProducers:
    """Infers producers from paths and schemas."""

    def __init__(self, index: OperationIndex, producers: Producers) -> None:
        self._index, self._producers = index, producers

    def infer(self, resource: str) -> None:
        """Add the producers of a resource, apart from the operations that links already name."""
        collection = collection_of(resource)
        by_path = self._index.by_path
        actions = [
            operation
            for action in _CREATING_ACTIONS
            for operation in by_path.get(f"{collection}/{action}", ())
        ]
        beside = akin(self._index, resource)
        for operation in (*by_path.get(collection, ()), *beside, *by_path.get(resource, ()), *actions):
            known = self._producers.by_label[operation.label]
            if any(producer.resource == resource for producer in known):
                continue
            is_on_collection = normalised(operation.path) == collection or operation in beside
            if (is_on_collection or operation in actions) and operation.method == "post":
                if not only_reads(operation) and self._index.answers_with(operation, resource):
                    self._add_creation(operation, resource)
            elif is_on_collection and operation.method == "get":
                self._add_list(operation, resource)
            elif normalised(operation.path) == resource and self._is_named_by_caller(operation, resource):
                self._producers.add(
                    Producer(operation.label, resource, own_path(operation), None, True, CREATES_AT_PATH)
                )

    def _is_named_by_caller(self, operation: Operation, resource: str) -> bool:
        """Whether a call creates the entity that its path names: a PUT that may answer 201, or a POST that
        always does, on a path that can be read. When another operation creates and names the entities, a PUT
        only replaces them.
        """
        known = self._producers.of(resource)
        if not may_create(operation) or any(producer.creates for producer in known):
            return False
        if names_another(self._index, operation) or not names_an_entity(self._index, operation, known):
            return False
        is_readable = any(reader.method == "get" for reader in self._index.by_path.get(resource, ()))
        return operation.method == "put" or (
            operation.method == "post" and is_readable and "200" not in operation.responses
        )

    def _add_creation(self, operation: Operation, resource: str) -> None:
        identifier = self._created_identifier(operation, resource)
        list_pointer, pointer = split_at_list(identifier.pointer)
        body = request_schema(operation)
        if list_pointer is None:
            # A POST whose body has few possible values may answer with an existing entity.
            creates = may_create(operation) or body is None or self._index.is_open(body)
        else:
            # Nothing says whether the entities of a list have just been created, unless there is only one.
            creates = may_create(operation) and not (body and is_list(body))
        reason = Inference(f"{'creates' if creates else 'lists'} it", _description(identifier))
        source = replace(identifier, pointer=pointer)
        sources = (*own_path(operation), source)
        self._producers.add(Producer(operation.label, resource, sources, list_pointer, creates, reason))

    def _created_identifier(self, operation: Operation, resource: str) -> Identifier:
        names, types = self._index.identifier_names(resource), self._index.identifier_types(resource)
        pointers = (self._index.pointer(schema, names, types) for schema in json_schemas(operation))
        pointer = next((found for found in pointers if found), None)
        request = named = None
        body = request_schema(operation)
        if body is not None:
            # Only the names of path parameters: a `name` in a request is rarely an identifier.
            request = self._index.pointer(body, self._exact_names(resource), types)
            named = self._index.pointer(body, DISTINGUISHING_NAMES, types)
        guesses = tuple(dict.fromkeys((*names, *USUAL_NAMES)))
        header = header_with_identifier(operation, names)
        return Identifier(pointer, request, guesses, resource, named, header)

    def _exact_names(self, resource: str) -> list[str]:
        """The names of the path parameters that address a resource, with and without its noun."""
        parameters = self._index.resources.get(resource, ())
        names = [*dict.fromkeys("".join(words(parameter.name)) for parameter in parameters)]
        noun = noun_of(resource)
        return names + [name.removeprefix(noun) for name in names if name.startswith(noun) and name != noun]

    def _add_list(self, operation: Operation, resource: str) -> None:
        names, types = self._index.identifier_names(resource), self._index.identifier_types(resource)
        pointer = None
        for schema in json_schemas(operation):
            mapping = mapping_to_entities(schema, noun_of(resource))
            if mapping is not None:
                reason = Inference("lists it", f"the names in {mapping or 'its answer'}")
                sources = (*own_path(operation), "")
                self._producers.add(
                    Producer(operation.label, resource, sources, f"{mapping}{KEYS}", False, reason)
                )
                return
            pointer = pointer or in_list(self._index.pointer(schema, names, types))
        if pointer is None and any(schema.source not in (True, {}) for schema in json_schemas(operation)):
            return
        list_pointer, item_pointer = UNKNOWN_LIST, None
        if pointer is not None:
            list_pointer, _, rest = pointer.partition("/0/")
            item_pointer = f"/{rest}"
        identifier = Identifier(item_pointer, None, tuple(names), resource)
        sources = (*own_path(operation), identifier)
        reason = Inference("lists it", pointer or "the identifiers in its answer")
        self._producers.add(Producer(operation.label, resource, sources, list_pointer, False, reason))


def _description(identifier: Identifier) -> str:
    """Where the identifier of a created entity is, for people."""
    if identifier.pointer:
        return f"{identifier.pointer} of its answer"
    if identifier.header:
        return f"header field {identifier.header} of its answer"
    if identifier.request:
        return f"{identifier.request} of its request"
    named = f", or {identifier.named} of its request" if identifier.named else ""
    return f"the Location or identifier of its answer{named}"
