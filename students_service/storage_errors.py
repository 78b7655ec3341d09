"""What can go wrong with rows."""


class Unavailable(Exception):
    """The database cannot be reached, or does not answer."""


class Duplicate(Exception):
    """Another row has the same value of a unique field; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Unstorable(Exception):
    """PostgreSQL cannot store a value."""
