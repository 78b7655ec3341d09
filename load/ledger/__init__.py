"""What the service has acknowledged, and whether reads show it: the ledger and its reconciliation.

Imports `journeys` and the rooms below it. Sends nothing.
"""
