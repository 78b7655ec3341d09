"""Hooks of the user: read from a file, and called for calls."""
