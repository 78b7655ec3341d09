"""What the figures of a run mean: objectives, verdict, capacity, bottleneck, and comparison with another run.

Imports `ledger`, `observation` and the rooms below them.
"""
