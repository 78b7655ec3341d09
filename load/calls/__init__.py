"""Calls: built from an operation, sent over HTTP, and their responses checked.

Imports `options` and the rooms below it.
"""
