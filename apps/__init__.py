"""Applications that ship with Fieldstone, as documents and sample data."""
