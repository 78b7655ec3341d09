"""Texts that match regular expressions: parsed, made into a regular language, and drawn from it.

Imports nothing of the other rooms.
"""
