"""What is recorded of a run: times, results, findings and losses, all of which add up over processes.

Imports only `openapi`.
"""
