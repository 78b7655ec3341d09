"""What can be observed of the service and its database from outside: CPU, memory, sessions, statements.

Imports `calls` and the rooms below it.
"""
