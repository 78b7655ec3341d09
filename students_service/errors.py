"""The error that stops the service."""


class ServiceError(Exception):
    """The service cannot start or go on. The message is one line: what is wrong, where, and what to do."""
