"""Numbers together with what they count, as people read them: 1 call, 2 calls, once, 3 times."""


def quantity(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun, which takes an s in the plural unless `plural` is given."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def times(count: int) -> str:
    """How often something happened."""
    return "once" if count == 1 else f"{count} times"
