"""The room of dashboards: what the inputs of cards and metrics show, and what they say."""
