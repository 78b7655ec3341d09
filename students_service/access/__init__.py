"""Who may call an operation, and how often."""
