"""The identifiers that answers show of an entity, compared with the one that its path has."""

from collections.abc import Iterable, Sequence

from load.journeys.entities import Entity, Origin
from load.journeys.plan_index import PlanIndex
from load.journeys.step import Step, leads_to
from load.planning.message_schemas import json_schemas
from load.planning.schema_properties import outline_of
from load.representations.values import is_distinctive, scalars
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer
from openapi.schema import Schema


def pointer_to_identifier(pointers: Iterable[str], identifier: Json, body: Json) -> str:
    """The first of the JSON pointers that leads to an identifier in a body; empty when none does. One from a
    Location field is a text, even where the body has a number.
    """
    return next((pointer for pointer in pointers if str(at_pointer(body, pointer)) == str(identifier)), "")


def renamed_entity(index: PlanIndex, step: Step, exchange: Exchange) -> Entity | None:
    """The entity that a change has given another identifier, which the answer shows; None when the identifier
    has not changed, or when the answer shows nothing that was sent, so that it is about something else.

    The entity is moved to its new address in the pool. Where the answer shows the former identifier as well,
    it may be about something else: then the entity that is returned is in no pool.
    """
    entity = step.entity.original if step.entity else None
    operation = step.call.operation
    is_change = operation.method in ("put", "patch")
    if entity is None or not is_change or not leads_to(operation, entity.resource):
        return None
    if not _shows_sent(exchange) or entity.origin.shown_at == "":
        return None
    requested = str(entity.values[-1])
    for pointer in index.identifier_pointers.get(entity.resource, ()):
        shown = at_pointer(exchange.response_body, pointer)
        if shown is UNRESOLVABLE or not isinstance(shown, (str, int)) or str(shown) == requested:
            continue
        values = (*entity.values[:-1], shown)
        if requested in map(str, scalars(exchange.response_body)):
            return Entity(entity.pool, values, is_own=False)
        entity.pool.remove(entity)
        return entity.pool.add(values, entity.is_own, Origin(entity.parents), step.created_at)
    return None


def identifier_shown_instead(step: Step, exchange: Exchange) -> Json:
    """The identifier that a read of an own entity shows in place of the requested one; else None.

    It is looked for where the answer to the creation showed it, if the schema describes that place. An answer
    that shows the requested identifier anywhere is about the right entity.
    """
    entity = step.target
    if entity is None or entity.original is not entity or not entity.is_own or not entity.origin.shown_at:
        return None
    shown = at_pointer(exchange.response_body, entity.origin.shown_at)
    requested = str(entity.values[-1]).casefold()
    shows_requested = requested in (str(value).casefold() for value in scalars(exchange.response_body))
    if not isinstance(shown, (str, int)) or shows_requested:
        return None
    names = entity.origin.shown_at.strip("/").split("/")
    schemas = json_schemas(step.call.operation)
    return shown if any(_describes(schema.node, schema, names) for schema in schemas) else None


def _shows_sent(exchange: Exchange) -> bool:
    """Whether the answer to a change shows a distinctive value that was sent."""
    shown = {str(value) for value in scalars(exchange.response_body)}
    return any(is_distinctive(value) and str(value) in shown for value in scalars(exchange.request_body))


def _describes(node: Json, schema: Schema, names: Sequence[str]) -> bool:
    """Whether a part of a schema has a property that these names lead to, one within the other."""
    inner = outline_of(node, schema).get("properties", {}).get(names[0])
    return inner is not None and (len(names) == 1 or _describes(inner, schema, names[1:]))
