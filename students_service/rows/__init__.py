"""Rows of tables, in and out."""
