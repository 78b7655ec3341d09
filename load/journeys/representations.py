"""Representations of a thing compared: what was sent, what was answered, and what is read later."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from math import isclose
from typing import TypeGuard

from load.measurements.losses import DROPPED
from load.planning.names import words
from openapi.contract import Json

CUT, TRIMMED, CASED, ROUNDED, OTHERWISE = "cut", "trimmed", "in another case", "rounded", "otherwise"

_DELETED = frozenset(
    {"deleted", "deletion", "archived", "removed", "trashed", "cancelled", "canceled", "inactive", "disabled",
     "deactivated", "closed", "terminated", "void", "voided", "withdrawn", "retired", "destroyed", "trash"}
)  # fmt: skip
_LIVE = frozenset({"active", "enabled", "live", "visible"})
_UNDER_WAY = frozenset({"deleting", "removing", "terminating", "destroying"})
# The same where little else is said: a thing may have such a state of its own.
_WAITING = frozenset({"pending", "scheduled", "queued", "requested", "submitted"})
_CREATED = (["created"], ["created", "at"], ["created", "on"], ["created", "time"], ["creation", "time"],
            ["creation", "date"], ["create", "time"], ["date", "created"], ["inserted", "at"])  # fmt: skip
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")
_FAILED = frozenset({"error", "failed", "failure", "fail"})
_SUCCESS = frozenset({"success", "issuccess", "successful", "ok", "isok", "succeeded", "issucceeded"})
NOTHING: tuple[Json, ...] = (None, "", [], {})
# Between a service's own clocks, that of its database for instance.
_CLOCKS_S = 2.0
# Texts of fewer characters, and whole numbers below, come about by chance or by default.
_FEW_CHARACTERS = 4
_SMALL = 1_000
# Within this share of each other, numbers are one, kept with fewer bits.
_FEWER_BITS = 1e-6


def shows(written: Json, found: Json) -> bool:
    """Whether what was written is found, whatever else there is: objects may have more properties, a time may
    be written in another way (RFC 3339), and so may what is nothing.
    """
    if written in NOTHING and found in NOTHING:
        return True
    if isinstance(written, dict) and isinstance(found, dict):
        return all(name not in found or shows(value, found[name]) for name, value in written.items())
    if isinstance(written, list) and isinstance(found, list):
        return len(written) == len(found) and all(map(shows, written, found))
    if isinstance(written, bool) is not isinstance(found, bool):
        return False
    if written == found:
        return True
    if not isinstance(written, str) or not isinstance(found, str):
        return False
    return _is_sametime_of(written, found) or _is_same_number(written, found)


def change(written: Json, found: Json) -> str:
    """What became of a value that is found otherwise than it was written, in a word or two; empty when
    nothing did.
    """
    if shows(written, found):
        return ""
    if found in NOTHING:
        return DROPPED
    if isinstance(written, str) and isinstance(found, str):
        return _change_of_text(written, found)
    if is_number(written) and is_number(found):
        return ROUNDED if _is_rounded(written, found) else OTHERWISE
    return OTHERWISE


def is_derived(written: Json, found: Json) -> bool:
    """Whether a service may have made the one value of the other by design."""
    return change(written, found) in (CUT, TRIMMED, CASED, ROUNDED, "")


def is_distinctive(value: Json) -> bool:
    """Whether a value can hardly have come about otherwise than by being written: no flag, no state of a few,
    no small number.
    """
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, str):
        return len(value) >= _FEW_CHARACTERS
    if isinstance(value, (int, float)):
        return abs(value) >= _SMALL or (isinstance(value, float) and not value.is_integer())
    return any(is_distinctive(each) for each in (value.values() if isinstance(value, dict) else value))


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number, which true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_free_text(value: Json) -> bool:
    """Whether a value is a text that nobody but its writer has a reason to change."""
    return isinstance(value, str) and is_distinctive(value) and time_of(value) is None


def is_time(value: Json) -> bool:
    """Whether a value is a date and a time."""
    return isinstance(value, str) and time_of(value) is not None


def is_marked_deleted(body: Mapping[str, Json]) -> bool:
    """Whether a thing that is there says that it is deleted, or no longer in use."""
    return any(
        bool(value and _DELETED & {*words(name)}) or (value is False and bool(_LIVE & {*words(name)[-1:]}))
        for name, value in body.items()
    ) or _says(body, _DELETED)


def is_in_a_deleted_state(body: Mapping[str, Json]) -> bool:
    """The same of a thing whose flags and states its writers may have set so themselves, and whose texts may
    say anything.
    """
    states = {name: each for name, each in body.items() if not isinstance(each, str) or len(words(each)) == 1}
    return is_marked_deleted(states)


def leaves(body: Json, place: str = "") -> Iterator[tuple[str, Json]]:
    """The texts, numbers and flags of a body that stand in objects, each by the names that lead to it."""
    if isinstance(body, dict):
        for name, each in body.items():
            yield from leaves(each, f"{place}/{name}")
    elif not isinstance(body, list) and body is not None:
        yield place, body


def texts_of(items: Iterable[Json]) -> Iterator[Json]:
    """The texts that a list has, also within its objects."""
    for each in items:
        yield from (value for _, value in leaves(each))


def nearest(text: Json, items: Iterable[Json]) -> Json:
    """A text among those of a list, as it is or in another case and the like; None when it is not there."""
    texts = [*texts_of(items)]
    return text if text in texts else next((each for each in texts if is_derived(text, each)), None)


def shows_all(written: Mapping[str, Json], body: Mapping[str, Json]) -> bool:
    """Whether a body shows all that was written and does not come about by chance, and that is several."""
    telling = {name: each for name, each in written.items() if is_distinctive(each) and name in body}
    return len(telling) > 1 and all(shows(each, body[name]) for name, each in telling.items())


def without(body: Json, names: Collection[str]) -> Json:
    """A body without the properties of these names, wherever they stand."""
    if isinstance(body, dict):
        return {name: without(value, names) for name, value in body.items() if name not in names}
    return [without(each, names) for each in body] if isinstance(body, list) else body


def is_under_way(body: Json, identifier: Json, sent: Mapping[str, Json]) -> bool:
    """Whether an answer says that what was asked for is still to be done; a thing that it shows, by
    properties that were `sent` or else by its `identifier`, may have a state of its own.
    """
    if not isinstance(body, dict):
        return False
    named = str(identifier) in {str(each) for each in scalars(body)}
    is_thing = bool(sent.keys() & body.keys()) if sent else named
    return (_says(body, _UNDER_WAY) and not sent) or (not is_thing and _says(body, _WAITING))


def is_failure(body: Json, sent: Json = None) -> bool:
    """Whether a successful answer says in its body that the call failed, and not only what was `sent`."""
    if not isinstance(body, dict):
        return False
    refused = any(value in (False, 0) and "".join(words(name)) in _SUCCESS for name, value in body.items())
    is_empty = not body.get("data")
    refused = refused or (bool(body.get("errors")) and is_empty and "id" not in body)
    refused = refused or ("data" in body and is_empty and _is_refusing(body.get("code")))
    status = body.get("status")
    is_own = isinstance(sent, dict) and sent.get("status") == status
    is_told = isinstance(status, str) and status in _FAILED and not is_own
    return refused or (bool(body.get("error")) and "id" not in body) or is_told


def _is_refusing(code: Json) -> bool:
    """Whether the code of an envelope is none of those by which people tell success."""
    if isinstance(code, str) and not code.isdecimal():
        return not _SUCCESS & {"".join(words(code))}
    return code is not None and not isinstance(code, bool) and str(code)[:2] not in ("0", "1", "20", "00")


def is_earlier(body: Json, sent: Json, date: str, taken_s: float) -> bool:
    """Whether what an answer shows was created, by its own words, before the call that it answers was sent,
    with a body in which nothing of that was `sent`. `date` is the answer's Date (RFC 9110, section 6.6.1),
    `taken_s` how long the call took (s).
    """
    shown = body if isinstance(body, dict) else {}
    inner = next((each for each in shown.values() if isinstance(each, dict)), {}) if len(shown) == 1 else {}
    told = [*scalars(sent)]
    texts = [
        value for name, value in {**inner, **shown}.items() if words(name) in _CREATED and value not in told
    ]
    times = [
        moment for each in texts if isinstance(each, str) and (moment := time_of(each)) and moment.tzinfo
    ]
    try:
        answered = parsedate_to_datetime(date)
    except ValueError:
        return False
    before = answered - timedelta(seconds=taken_s + _CLOCKS_S)
    return any(each < before for each in times)


def _says(body: Mapping[str, Json], meant: frozenset[str]) -> bool:
    return any(isinstance(value, str) and meant & {*words(value)} for value in body.values())


def _change_of_text(written: str, found: str) -> str:
    if written.strip() == found.strip():
        return TRIMMED
    if written.casefold() == found.casefold():
        return CASED
    if found in _mangled(written):
        return DROPPED
    shortened = found.rstrip().removesuffix("…").removesuffix("...").rstrip()
    if shortened and written.strip().casefold().startswith(shortened.casefold()):
        return CUT
    return OTHERWISE


def _mangled(text: str) -> Iterator[str]:
    """What becomes of a text where characters beyond ASCII are not kept, or are read in another encoding."""
    if text.isascii():
        return
    for encoding in ("ascii", "latin-1"):
        for errors in ("replace", "ignore"):
            yield text.encode(encoding, errors).decode(encoding)
    for encoding in ("latin-1", "cp1252"):
        yield text.encode().decode(encoding, "replace")
    yield "".join(each if each.isascii() else "\ufffd" for each in text)


def _is_rounded(written: float, found: float) -> bool:
    """Whether a number is another with fewer digits, or fewer bits, whichever way it was rounded."""
    if isclose(written, found, rel_tol=_FEWER_BITS):
        return True
    places = [_places(each) for each in (written, found)]
    is_shorter = None not in places and places[1] < places[0]
    return is_shorter and abs(Decimal(str(written)) - Decimal(str(found))) < Decimal(10) ** -places[1]


def _places(number: float) -> int:
    """How many decimal places a number has; fewer than 0 where it ends in zeros before them."""
    exponent = Decimal(str(number)).normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _is_sametime_of(one: str, other: str) -> bool:
    moments = [time_of(each) for each in (one, other)]
    return None not in moments and moments[0] == moments[1]


def _is_same_number(one: str, other: str) -> bool:
    """Whether two texts are one decimal number, written in different ways."""
    return bool(_DECIMAL.fullmatch(one) and _DECIMAL.fullmatch(other)) and Decimal(one) == Decimal(other)


def time_of(text: str) -> datetime | None:
    """The date and time that a text is (RFC 3339); None when it is something else."""
    if len(text) < len("2000-01-01T00:00") or not text[:4].isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def scalars(value: Json) -> Iterator[Json]:
    """The texts and numbers within a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from scalars(each)
    elif isinstance(value, list):
        for each in value:
            yield from scalars(each)
    else:
        yield value
