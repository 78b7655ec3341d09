"""The PostgreSQL that is used, its tables and what brings them up to the document."""
