"""The rule room: an alert rule as inputs, read back from them, and what it would do, in words."""
