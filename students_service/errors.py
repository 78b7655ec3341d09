"""Why the service cannot start or go on."""


class ServiceError(Exception):
    """The message is one line that says what is wrong, where, and what to do."""
