"""The error of a schema that no values can be generated for."""


class Unbuildable(Exception):
    """No generator can be made for a schema; the message says where and why."""
