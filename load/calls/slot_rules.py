"""How the slots of an operation's calls are filled."""

from dataclasses import dataclass

from load.planning.plan import Slot


@dataclass(frozen=True)
class SlotRules:
    """Which slots of an operation's calls get generated values, and of which kind.

    No values are generated for slots that are always `given` one, nor for those that stay `empty` unless a
    call is given a value. Values of `naming` slots name what the call creates: they are the run's own, so
    that nothing else can have that name. If the answer shows an identifier that the service has chosen, what
    is created `may_be_unnamed`. When `is_careful`, no generated value asks for a deletion. What the user has
    `bound` is in every call. Parameters are not made that the user's own header fields have `replaced`.
    """

    given: frozenset[Slot] = frozenset()
    empty: frozenset[Slot] = frozenset()
    naming: frozenset[Slot] = frozenset()
    may_be_unnamed: bool = False
    is_careful: bool = False
    bound: frozenset[Slot] = frozenset()
    replaced: frozenset[Slot] = frozenset()
