"""The students API as people would build it with other tools: what ours is measured against.

Each peer restates in Python what the document says, as its tool asks one to, and is held against the document
before it is timed.
"""
