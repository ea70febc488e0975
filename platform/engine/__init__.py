"""What makes metadata real: workspaces, tables, records, queries, history and jobs."""

from pathlib import Path

from ..metadata.messages import add_catalogue

for _folder in sorted(Path(__file__).parent.glob("locale*")):
    add_catalogue(_folder)
