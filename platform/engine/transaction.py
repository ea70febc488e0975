"""The transaction: one connection to one workspace, and everything that holds while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..metadata.model import App
from .layout import Layout
from .opening import Asker
from .tables import Tables

if TYPE_CHECKING:
    from .workspaces import Workspace


@dataclass(kw_only=True, eq=False)
class Transaction:
    """One transaction of a workspace, and what holds while it lasts.

    `now` is one instant for everything done in it, `zone` the workspace's time zone; `app`,
    `layout` and `tables` belong to `revision`, the revision in force (0: none published yet, an
    app without entities). Rows are written only where `writable`. `asker` is the member it was
    opened for, None for nobody or for one who is not an active member.

    One that looks back (`as_of.looking_back`) has the moment that it looks at as `now`, the tables
    of then, and in `past_of` the one that it is a view of.
    """

    connection: sa.Connection
    workspace: Workspace
    now: datetime
    zone: ZoneInfo
    app: App
    layout: Layout
    tables: Tables
    revision: int
    writable: bool
    asker: Asker | None = None
    past_of: Transaction | None = None
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    @property
    def present(self) -> Transaction:
        """What holds now: itself, or what it is a view of."""
        return self.past_of or self

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call this once the transaction is committed; never if it is rolled back."""
        self._afterwards.append(callback)

    def committed(self) -> None:
        """Make the calls that waited for the commit; whoever commits says so once."""
        while self._afterwards:
            self._afterwards.pop(0)()
