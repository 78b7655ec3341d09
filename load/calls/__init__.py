"""A call: built from its operation, sent over HTTP, and its answer held against the contract.

Imports `options` and the rooms below it.
"""
