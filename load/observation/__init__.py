"""What was seen of the service and its database from outside: processor, memory, waiting, statements.

Imports `calls` and the rooms below it.
"""
