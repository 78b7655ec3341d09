"""OpenAPI documents, compiled: operations, checks of requests and responses, and payloads."""
