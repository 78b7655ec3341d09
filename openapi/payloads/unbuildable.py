"""Schemas that no values are made for."""


class Unbuildable(Exception):
    """No generator can be made for a schema; the message says where and why."""
