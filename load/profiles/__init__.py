"""Traffic profiles that come along."""
