"""OpenAPI documents as compiled contracts: what may be sent, what must come back, what leads where."""
