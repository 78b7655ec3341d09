"""What a user asked for: which operations to call, how often and for how long, with which credentials.

Imports `planning` and `measurements`.
"""
