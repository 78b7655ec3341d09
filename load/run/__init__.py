"""What moves a run: users, workers and the process that leads them. The only room that knows Locust.

Imports every other room.
"""
