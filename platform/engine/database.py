"""The database of an installation: SQLite files or PostgreSQL schemas, as the settings say."""

from __future__ import annotations

from .postgresql import PostgresDatabases
from .settings import Settings
from .sqlite import SqliteDatabases
from .stores import Databases


def databases(settings: Settings) -> Databases:
    """The stores that the settings name; connects to nothing yet."""
    if settings.database_url:
        return PostgresDatabases(settings.database_url)
    return SqliteDatabases(settings.home)
