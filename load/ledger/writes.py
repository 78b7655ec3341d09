"""What one call writes, and what its answer says that it has written."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from math import inf

from load.calls.call import Call
from load.journeys.entities import Entity
from load.journeys.step import Step, leads_to
from load.ledger.history import State, Write
from load.ledger.records import Record
from load.planning.message_schemas import deprecated_properties
from load.planning.names import identifier_names, is_identifier, words
from load.planning.resources import noun_of
from load.planning.side_effects import REPLACING
from load.representations.envelopes import unwrapped
from load.representations.equivalence import shows
from load.representations.expiry import expiry
from load.representations.values import EMPTY, without_properties
from openapi.contract import Json
from openapi.operations import Operation


def without_deprecated(operation: Operation, body: Json) -> Json:
    """An answer without the properties that are documented as deprecated, which may show anything (JSON
    Schema Validation 2020-12, section 9.3).
    """
    names = _deprecated(operation)
    return without_properties(body, names) if names else body


@lru_cache(maxsize=1_000)
def _deprecated(operation: Operation) -> frozenset[str]:
    return deprecated_properties(operation)


def write_of(step: Step, at: float) -> Write:
    """The write that a call performs, if it is sent at a time (s since the start of the run)."""
    call = step.call
    method = call.operation.method
    if method == "delete":
        return Write(call.operation.label, at, {}, replaces_all=True, leaves=State.GONE)
    properties = _sent_properties(call)
    if _changes_parent(call, properties):
        # The entity may be at another address afterwards.
        return Write(call.operation.label, at, {}, replaces_all=True, leaves=State.ANY)
    if step.entity is not None and replaces(call.operation, step.entity):
        # The path says which entity it is, whatever identifier the body has.
        parameter, resource = call.operation.path_names[-1], step.entity.resource
        properties = {
            name: value
            for name, value in properties.items()
            if not _is_identifier_of(resource, name, parameter)
        }
    is_opaque = not properties and call.payload not in EMPTY
    return Write(
        call.operation.label, at, properties, method != "patch" or not properties, is_opaque=is_opaque
    )


def _sent_properties(call: Call) -> Mapping[str, Json]:
    """The properties that a body sets. From a form, only the texts of one line: forms have no types, and a
    service may read numbers, flags and line breaks as it likes.
    """
    media_type = call.headers.get("Content-Type", "")
    payload = unwrapped(call.payload, ())
    if not isinstance(payload, dict) or not ("json" in media_type or "form" in media_type):
        return {}
    if "json" in media_type:
        return payload
    return {
        name: value
        for name, value in payload.items()
        if isinstance(value, str) and len(value.splitlines()) == 1
    }


def _changes_parent(call: Call, properties: Mapping[str, Json]) -> bool:
    """Whether a change names another parent than its path does, such as another board for a card."""
    return call.operation.method in ("put", "patch") and any(
        name in properties and str(properties[name]) != str(call.path[name])
        for name in call.operation.path_names[:-1]
    )


@lru_cache(maxsize=1_000)
def _is_identifier_of(resource: str, name: str, parameter: str) -> bool:
    """Whether a property has the identifier of a resource's entities, which is a parameter of their path."""
    plain = "".join(words(name))
    return plain == "".join(words(parameter)) or (
        is_identifier(name) and plain in identifier_names(parameter, noun_of(resource))
    )


def replaces(operation: Operation, entity: Entity) -> bool:
    """Whether an operation replaces, changes or deletes an entity, by its method and path."""
    return operation.method in REPLACING and leads_to(operation, entity.resource)


def add_write(record: Record, write: Write) -> tuple[Record, Write]:
    """Add a write to a record, and return both."""
    record.add(write)
    return record, write


def as_shown(properties: Mapping[str, Json], body: Json) -> Mapping[str, Json]:
    """The properties that were sent, with the values that the answer shows: a service may write a value in
    another way.
    """
    if not isinstance(body, dict):
        return properties
    return {name: body.get(name, value) for name, value in properties.items()}


def confirmed(properties: Mapping[str, Json], body: Json) -> frozenset[str]:
    """The names of the properties that an answer shows as they were sent."""
    if not isinstance(body, dict):
        return frozenset()
    return frozenset(name for name, value in properties.items() if name in body and shows(value, body[name]))


def is_acknowledged(status: int) -> bool:
    """Whether a status says that a call has been carried out, and not just accepted (RFC 9110, section
    15.3.3).
    """
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and status not in (
        HTTPStatus.ACCEPTED,
        HTTPStatus.MULTI_STATUS,
    )


def has_intact_parents(entity: Entity) -> bool:
    """Whether all entities that an entity was created from are known to exist. Otherwise it may have been
    deleted with one of them.
    """
    seen, pending = {entity}, [entity]
    while pending:
        descendant = pending.pop()
        if any(pool.was_deleted(values) for pool, values in descendant.origin.assigned):
            return False
        if not all(parent.is_known for parent in descendant.parents):
            return False
        pending += [parent for parent in descendant.parents if parent not in seen]
        seen.update(descendant.parents)
    return True


def record_expiry(record: Record, bodies: Iterable[Json], at: float, now: float) -> None:
    """Note when an entity expires, by what was written to it and what was answered. The answer came at a time
    `at` (s since the start of the run), which is `now` (s since 1970).
    """
    nouns = words(noun_of(record.entity.resource))
    expiries = [expires for body in bodies if (expires := expiry(body, now, nouns)) is not None]
    if expiries:
        # An entity that expires at an unknown time (0) may be gone at any time.
        record.expires = at + min(expiries) - now if all(expiries) else -inf
