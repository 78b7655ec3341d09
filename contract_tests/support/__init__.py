"""What several tests use and none tests: services with known behaviour, small documents, processes."""
