"""What tests need and do not test: services that behave in a known way, documents, and processes."""
