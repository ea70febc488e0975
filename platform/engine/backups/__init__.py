"""Backups: one workspace as one file, which any installation on either kind of database restores.

A backup is a zip of canonical JSON lines: `manifest.json`, `system/<table>.jsonl`,
`records/<entity>.jsonl` and `tags/<entity>.jsonl`. The first line of a part names its columns or
fields (by id), each other one is a row. Equal workspaces make equal files. What belongs to the
installation is not in it: accounts, sessions, tokens.
"""

from .reading import Backup
from .restoring import restore
from .writing import write

__all__ = ["Backup", "restore", "write"]
