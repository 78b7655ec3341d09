"""The error that ends a command."""


class LoadError(Exception):
    """A load cannot start or continue. The message is one line: what is wrong, where, and what to do."""
