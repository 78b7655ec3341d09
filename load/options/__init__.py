"""What the user wants: which operations to call, how often and for how long, with which credentials.

Imports `planning` and `measurements`.
"""
