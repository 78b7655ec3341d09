"""The service that the students document describes."""
