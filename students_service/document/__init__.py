"""What a document says: its resources, and what its operations do to them."""
