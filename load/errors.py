"""Why a load cannot start or go on."""


class LoadError(Exception):
    """The message is one line that says what is wrong, where, and what to do."""
