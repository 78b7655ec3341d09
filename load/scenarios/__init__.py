"""Scenarios that come along."""
