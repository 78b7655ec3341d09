"""The students API as people would build it with other tools, to compare our service with.

Every peer restates in Python what the document says, as its framework requires, and is checked against the
document before it is timed.
"""
