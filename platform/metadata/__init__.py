"""What a tenant declares: documents, field types, schemas and the immutable App model."""
