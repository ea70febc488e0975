"""The room of dashboards: dashboards, their cards, and the metrics that these show."""
