"""Where a schema is translated: what schemas around it say, and whether it repeats another one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from openapi.contract import Json

_EXACT = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


@dataclass(frozen=True)
class Context:
    """What schemas around a schema say of the same value: which properties are `forbidden`, so that it cannot
    require them, and whether its discriminator `is_applied` already. Those that are `sent` are not forbidden
    after all, as another part of the schema requires them.

    `anchors` are the dynamic anchors of the schema resources around it, as pointers by name, of which the
    outermost counts (JSON Schema 2020-12 Core, section 8.2.3.2).
    """

    forbidden: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()
    is_applied: bool = False
    anchors: tuple[tuple[str, str], ...] = ()

    @property
    def of_inner_value(self) -> "Context":
        """The context of schemas for properties and items of the value."""
        return Context(anchors=self.anchors) if self.forbidden or self.sent or self.is_applied else self

    def within(self, anchors: Mapping[str, str]) -> "Context":
        """The context in a schema resource with these dynamic anchors."""
        known = dict(self.anchors)
        if anchors.keys() <= known.keys():
            return self
        return replace(self, anchors=tuple(sorted({**anchors, **known}.items())))


def repetition_key(schema: Json) -> bytes | None:
    """A key that only equal schemas share; None for one that has a URI of its own, or values that JSON does
    not have.
    """
    try:
        key = orjson.dumps(schema, option=_EXACT)
    except TypeError:
        return None
    return None if b'"$id"' in key else key
