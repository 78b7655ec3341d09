"""What the users call next and with which entities, and what they learn from the answers. Sends nothing.

Imports `calls`, `representations` and the rooms below them.
"""
