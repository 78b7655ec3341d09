"""The marks that make a function a hook. They change nothing about the function."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeVar

from load.hooks.messages import Answer, Request

MARK, UNFINISHED = "contract_load_hook", "contract_load_mark"

Change = Callable[[Request], None]
Check = Callable[[Request, Answer], str | None]
Reaction = Callable[[Request, Answer], None]
Source = Callable[[Random], str]
Function = TypeVar("Function", bound=Callable[..., object])


class Kind(StrEnum):
    """What a hook does. The values are the names of the marks."""

    CHANGE = "change"
    CHECK = "check"
    REACT = "react"
    REALISM = "realism"


@dataclass(frozen=True)
class Mark:
    """What a hook does, and for which operations or properties; for all operations without any name."""

    kind: Kind
    names: tuple[str, ...]


def change(*operations: str) -> Callable[[Change], Change]:
    """Mark a function that changes requests before they are sent: their `headers` and their `body`.

    `operations` are as in --include: ids, tags, paths, methods, 'METHOD /path', with * for anything; all
    operations without any. What the function makes has to keep to the document.
    """
    return _marking(Mark(Kind.CHANGE, operations))


def check(*operations: str) -> Callable[[Check], Check]:
    """Mark a function that checks answers. It returns what is wrong in a few words, which should be the same
    each time, or None. What it finds is a fault of the service. `operations` are as in `change`.
    """
    return _marking(Mark(Kind.CHECK, operations))


def react(*operations: str) -> Callable[[Reaction], Reaction]:
    """Mark a function that is told of answers, after all checks. `operations` are as in `change`."""
    return _marking(Mark(Kind.REACT, operations))


def realism(*properties: str) -> Callable[[Source], Source]:
    """Mark a function that makes texts for the properties and parameters of these names, from a random source
    that follows --seed. It is called in advance; texts that break the rules of the document are not sent.
    """
    return _marking(Mark(Kind.REALISM, properties))


def _marking(mark: Mark) -> Callable[[Function], Function]:
    def put(function: Function) -> Function:
        setattr(function, MARK, mark)
        return function

    setattr(put, UNFINISHED, True)
    return put
