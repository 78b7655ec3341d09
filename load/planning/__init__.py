"""What a document says of its operations: which make things, which need the identifiers of what others made.

Knows no call and no answer. Imports only `openapi`.
"""
