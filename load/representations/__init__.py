"""What the body of an answer says of an entity: its values, envelopes, deletion marks, expiry, outcomes.

Imports `planning`. Knows no call and no entity.
"""
