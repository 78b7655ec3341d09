"""What to call next and with which identifiers, and what must be there since a service acknowledged it.

Imports `calls` and the rooms below it.
"""
