"""What users call next, which entities of the service they know, and what the service has acknowledged.

Imports `calls` and the rooms below it.
"""
