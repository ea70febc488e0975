"""What makes metadata real: workspaces, tables, records, queries, history and jobs."""

from pathlib import Path

from ..metadata.messages import add_catalogue

add_catalogue(Path(__file__).parent / "locale")
