"""Finds the identifier of an entity in a request and its response."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

from load.planning.names import words
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, Exchange, at_pointer

# An object with more properties than this is no envelope around an entity.
_ENVELOPE_SIZE = 3


@dataclass(frozen=True)
class Identifier:
    """Where to look for the identifier of an entity: the Location field of the response; `pointer`, into the
    response or into an item of its list; the `header` field of this name; `request`, a pointer into the body
    of the request; a property of one of these `names`, where no schema describes the response; and at last
    `named`, a pointer to the name that the request's body gives the entity.
    """

    pointer: str | None
    request: str | None
    names: tuple[str, ...]
    resource: str
    named: str | None = None
    header: str | None = None

    @property
    def is_guess(self) -> bool:
        """Whether no schema says where the identifier is."""
        return self.pointer is None and self.request is None and self.header is None

    def find(self, exchange: Exchange, item: Json) -> Json:
        """The identifier in the first place that has one, or UNRESOLVABLE."""
        lookups: tuple[Callable[[], Json], ...] = (
            lambda: located(exchange, self.resource),
            lambda: _at(item, self.pointer),
            lambda: exchange.response_headers.get(self.header, UNRESOLVABLE) if self.header else UNRESOLVABLE,
            lambda: _at(exchange.request_body, self.request),
            # A guess is for messages without a schema only: what a schema names may rightly be absent.
            lambda: _guess_identifier(item, self.names) if self.is_guess else UNRESOLVABLE,
            lambda: _at(exchange.request_body, self.named) if self.is_guess else UNRESOLVABLE,
        )
        values = (lookup() for lookup in lookups)
        return next(
            (value for value in values if value is not UNRESOLVABLE and value is not None), UNRESOLVABLE
        )


def guess_items(body: Json) -> Sequence[Json]:
    """The items of a message that no schema describes: of the message itself, or of the first list in it."""
    lists = [body, *(body.values() if isinstance(body, Mapping) else ())]
    return next((value for value in lists if isinstance(value, list)), ())


def _guess_identifier(body: Json, names: Sequence[str]) -> Json | None:
    """The identifier in a message that no schema describes."""
    is_envelope = isinstance(body, Mapping) and len(body) <= _ENVELOPE_SIZE
    for holder in (body, *(body.values() if is_envelope else ())):
        if isinstance(holder, Mapping):
            by_name = {"".join(words(key)) or key: value for key, value in holder.items()}
            for name in names:
                if isinstance(by_name.get(name), (str, int)) and not isinstance(by_name.get(name), bool):
                    return by_name[name]
    return None


def _at(value: Json, pointer: str | None) -> Json:
    return UNRESOLVABLE if pointer is None else at_pointer(value, pointer)


def located(exchange: Exchange, resource: str) -> Json:
    """The last segment of the path in the Location field, when it is the path of an entity of the resource
    (RFC 9110, section 10.2.2); else UNRESOLVABLE.
    """
    field = str(exchange.response_headers.get("location", ""))
    location = urljoin(exchange.url, field).partition("?")[0].partition("#")[0] if field else ""
    segments, template = location.rstrip("/").split("/"), resource.split("/")
    if not location or len(segments) < len(template) or "{}" not in template[-1]:
        return UNRESOLVABLE
    tail = segments[len(segments) - len(template) + 1 :]
    matches = all("{}" in one or one == other for one, other in zip(template[1:], tail, strict=True))
    return unquote(tail[-1]) if matches and tail[-1] else UNRESOLVABLE
