"""What a document says about its operations: which produce entities, and which need identifiers of them.

Knows no calls and no answers. Imports only `openapi`.
"""
