"""What can go wrong with rows."""


class Unavailable(Exception):
    """The database cannot be reached, or does not answer."""


class ReadOnly(Unavailable):
    """The database takes no writes for now."""


class Refused(Exception):
    """PostgreSQL refuses a statement, as its table is not as the document says. The message has names, and no
    values.
    """


class Violated(Exception):
    """A statement breaks a constraint of a table; `constraint` is its name."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class Unfit(Exception):
    """A request does not fit the rows that are stored."""


class Duplicate(Unfit):
    """Another row has the same value of a unique field; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Unknown(Unfit):
    """A field refers to a row that does not exist; `field` names it, and `table` the table of the row."""

    def __init__(self, field: str, table: str) -> None:
        super().__init__(field)
        self.field = field
        self.table = table


class Used(Unfit):
    """Rows of another table refer to a row, so it cannot be deleted; `table` is that of the rows."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class KeyReused(Unfit):
    """An Idempotency-Key has been used for another request."""


class Unstorable(Unfit):
    """PostgreSQL cannot store a value."""
