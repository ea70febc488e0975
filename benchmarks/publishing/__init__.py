"""What a change of the documents costs those who work meanwhile."""
