"""Operations whose paths have to do with a resource, though they lie beside it."""

from collections.abc import Iterable

from load.planning.names import identified_noun, singular, words
from load.planning.operation_index import OperationIndex
from load.planning.producers import Producer
from load.planning.resources import collection_of, normalised, noun_of
from openapi.operations import Operation

# A path with so many parameters may relate entities.
_OF_ASSOCIATIONS = 2


def akin(index: OperationIndex, resource: str) -> list[Operation]:
    """The operations on a path that differs from that of a resource's collection only by number, as `/tags`
    and `/tag/{id}` have them, and is not that of another collection; without those that the collection has
    itself.
    """
    collection = collection_of(resource)
    methods = {operation.method for operation in index.by_path.get(collection, ())}
    return [
        operation
        for operation in index.by_noun.get(noun_of(resource), ())
        if operation.method not in methods
        and (path := normalised(operation.path)) != collection
        and _in_singular(path) == _in_singular(collection)
        and path not in index.by_collection
    ]


def names_an_entity(index: OperationIndex, operation: Operation, known: Iterable[Producer]) -> bool:
    """Whether the last segment of a path names an entity: the path has another operation, or one below it, or
    its collection is a list, given the known producers of the resource. Otherwise it may be the new value of
    something that there is one of, as in `PUT /default-branch/{name}`.
    """
    resource = normalised(operation.path)
    is_used = len(index.by_path[resource]) > 1 or any(
        path.startswith(f"{resource}/") for path in index.by_path
    )
    collection = collection_of(resource)
    return is_used or any(
        normalised(index.operations[producer.label].path) == collection for producer in known
    )


def _in_singular(path: str) -> tuple[str, list[str]]:
    """A path with the words of its last segment, the last in the singular."""
    above, _, last = path.rpartition("/")
    *first, noun = words(last) or [""]
    return above, [*first, singular(noun)]


def names_another(index: OperationIndex, operation: Operation) -> bool:
    """Whether the last parameter of a path identifies an entity of another collection, which can be created
    there: `user_id` in `/groups/{id}/members/{user_id}`.
    """
    resource = normalised(operation.path)
    if resource.count("{}") < _OF_ASSOCIATIONS:
        return False
    name = operation.path_names[-1]
    nouns = {identified_noun(name).rpartition("_")[2], singular((words(name) or [""])[-1])}
    return any(
        other.method == "post" and normalised(other.path) != collection_of(resource)
        for noun in nouns - {""}
        for other in index.by_noun.get(noun, ())
    )


def names_other_kind(index: OperationIndex, operation: Operation) -> bool:
    """Whether the last parameter of a path has the name of entities of another kind, which can be created in
    their own collection: `feature_name` in `/archive/{feature_name}`.
    """
    *head, _ = words(operation.path_names[-1]) or [""]
    noun = singular(head[-1]) if head else ""
    if not noun or noun == noun_of(normalised(operation.path)):
        return False
    return any(other.method == "post" for other in index.by_noun.get(noun, ()))
