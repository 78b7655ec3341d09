"""What one call writes, and what its answer says that it has written."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from math import inf

from load.calls.call import Call
from load.journeys.entities import Entity
from load.journeys.envelopes import unwrapped
from load.journeys.equivalence import shows
from load.journeys.expiry import expiry
from load.journeys.history import State, Write
from load.journeys.records import Record
from load.journeys.step import Step, leads_to
from load.journeys.values import EMPTY, without_properties
from load.planning.message_schemas import deprecated
from load.planning.names import identifier_names, is_identifier, words
from load.planning.resources import noun_of
from load.planning.side_effects import REPLACING
from openapi.contract import Json
from openapi.operations import Operation


def without_deprecated(operation: Operation, body: Json) -> Json:
    """An answer without the properties that are documented as deprecated, which may show anything by now
    (JSON Schema Validation 2020-12, section 9.3).
    """
    names = _deprecated(operation)
    return without_properties(body, names) if names else body


@lru_cache(maxsize=1_000)
def _deprecated(operation: Operation) -> frozenset[str]:
    return deprecated(operation)


def write_of(step: Step, at: float) -> Write:
    """The write that a call is, sent at a time (s since the start)."""
    call = step.call
    method = call.operation.method
    if method == "delete":
        return Write(call.operation.label, at, {}, replaces_all=True, leaves=State.GONE)
    properties = _properties(call)
    if _moves(call, properties):
        # It may be found under another path afterwards.
        return Write(call.operation.label, at, {}, replaces_all=True, leaves=State.ANY)
    if step.entity is not None and replaces(call.operation, step.entity):
        # Whatever the body says, the path tells which thing it is.
        parameter, resource = call.operation.path_names[-1], step.entity.resource
        properties = {
            name: each for name, each in properties.items() if not _identifies(name, parameter, resource)
        }
    is_opaque = not properties and call.payload not in EMPTY
    return Write(
        call.operation.label, at, properties, method != "patch" or not properties, is_opaque=is_opaque
    )


def _properties(call: Call) -> Mapping[str, Json]:
    """What a body sets. Of a form, the texts of one line: what else becomes of numbers, flags and ends of
    lines on the way is the service's own matter.
    """
    media_type = call.headers.get("Content-Type", "")
    payload = unwrapped(call.payload, ())
    if not isinstance(payload, dict) or not ("json" in media_type or "form" in media_type):
        return {}
    if "json" in media_type:
        return payload
    return {
        name: each for name, each in payload.items() if isinstance(each, str) and len(each.splitlines()) == 1
    }


def _moves(call: Call, properties: Mapping[str, Json]) -> bool:
    """Whether a change gives a thing another parent than its path tells, as a card another board."""
    return call.operation.method in ("put", "patch") and any(
        name in properties and str(properties[name]) != str(call.path[name])
        for name in call.operation.path_names[:-1]
    )


@lru_cache(maxsize=1_000)
def _identifies(name: str, parameter: str, resource: str) -> bool:
    """Whether a property is the identifier of a resource's things, which is a parameter of their path."""
    plain = "".join(words(name))
    return plain == "".join(words(parameter)) or (
        is_identifier(name) and plain in identifier_names(parameter, noun_of(resource))
    )


def replaces(operation: Operation, thing: Entity) -> bool:
    """Whether a call replaces, changes or deletes a thing, and says so by method and path."""
    return operation.method in REPLACING and leads_to(operation, thing.resource)


def add_write(record: Record, write: Write) -> tuple[Record, Write]:
    """A record, with one more write, and the write."""
    record.add(write)
    return record, write


def as_shown(properties: Mapping[str, Json], body: Json) -> Mapping[str, Json]:
    """Properties as the answer shows them: a service may write them in its own way."""
    if not isinstance(body, dict):
        return properties
    return {name: body.get(name, value) for name, value in properties.items()}


def confirmed(properties: Mapping[str, Json], body: Json) -> frozenset[str]:
    """The properties that an answer shows as they were sent."""
    if not isinstance(body, dict):
        return frozenset()
    return frozenset(name for name, value in properties.items() if name in body and shows(value, body[name]))


def is_acknowledged(status: int) -> bool:
    """Whether a call has been carried out, not just taken (RFC 9110, section 15.3.3)."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and status not in (
        HTTPStatus.ACCEPTED,
        HTTPStatus.MULTI_STATUS,
    )


def has_intact_parents(entity: Entity) -> bool:
    """Whether nothing that a thing was made of is gone: it may have gone with it."""
    return all(each.is_known and has_intact_parents(each) for each in entity.parents) and not any(
        pool.was_deleted(values) for pool, values in entity.origin.assigned
    )


def record_expiry(record: Record, told: Iterable[Json], at: float, now: float) -> None:
    """Note when a thing expires, by what was written to it and answered at a time (s), which is `now`."""
    nouns = words(noun_of(record.entity.resource))
    moments = [moment for each in told if (moment := expiry(each, now, nouns)) is not None]
    if moments:
        record.expires = at + min(moments) - now if all(moments) else -inf
