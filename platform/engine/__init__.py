"""What makes metadata real: workspaces, tables, records, queries, history and jobs."""
