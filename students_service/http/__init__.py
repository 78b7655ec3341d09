"""Requests and responses, from the socket to the handlers and back."""
