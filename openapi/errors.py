"""What goes wrong with a document."""


class ContractError(Exception):
    """A document cannot be used. The message is one line that says what is wrong, where, and what to do."""
