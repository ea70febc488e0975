"""How typed expressions become SQL: one compiler, bounds, comparisons, aggregates."""
