"""Strings that match regular expressions: parsed, turned into a regular language, and drawn from its
automaton.

It knows nothing of schemas.
"""
