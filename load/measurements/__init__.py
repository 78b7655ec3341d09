"""What is recorded of a run: times, answers, findings and losses, which add up over processes.

Imports only `openapi`.
"""
