"""Keeping: installed packages, in the control database, so that every machine has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog

from ...metadata.model.named import Labels
from ..by_content import ByContent
from ..clock import Clock
from ..control_tables import TEMPLATE_PACKAGE
from ..errors import Conflict, NotFound
from ..insert import insert_new
from ..stores import Store
from .package import Package
from .reading import read_packed
from .versions import order

MOST_PACKAGES = 1_000
MOST_KEPT_BYTES = 256 * 1024 * 1024
"""Of all packages together: the control database is read on every request, and backed up often."""

_OPENED: ByContent[Package] = ByContent(32)
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An installed package, without its content."""

    name: str
    version: str
    label: Labels
    description: Labels
    digest: str
    installed_at: datetime


class Packages:
    """Installs, lists, opens and removes packages. Each method is a transaction of its own."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def listed(self) -> tuple[Kept, ...]:
        """All packages, by name."""
        table = TEMPLATE_PACKAGE.c
        query = sa.select(
            table.name,
            table.release.label("version"),
            table.label,
            table.description,
            table.digest,
            table.installed_at,
        ).order_by(table.name, table.release)
        return tuple(Kept(**row._mapping) for row in self._store.rows(query))

    def open(self, kept: Kept) -> Package:
        """The content of a package, read from the database only if its hash is new here.

        NotFound if it was removed meanwhile.
        """
        found = _OPENED.get(kept.digest)
        if found is None:
            mine = TEMPLATE_PACKAGE.c.digest == kept.digest
            rows = self._store.rows(sa.select(TEMPLATE_PACKAGE.c.content).where(mine))
            if not rows:
                raise NotFound.because("template.unknown", name=f"{kept.name}@{kept.version}")
            found = read_packed(rows[0].content)
            _OPENED.put(kept.digest, found)
        return found

    def install(self, package: Package) -> bool:
        """Keep a package; False if the very same is kept already.

        Conflict if its name and version are kept with other content, or if there is no room.
        """
        content = package.packed()
        row = {
            "name": package.name,
            "release": package.version,
            "label": dict(package.manifest.label),
            "description": dict(package.manifest.description),
            "digest": package.digest,
            "size": len(content),
            "content": content,
            "installed_at": self._clock.now(),
        }
        with self._store.begin(writing=True) as connection:
            if not insert_new(connection, TEMPLATE_PACKAGE, row):
                _require_same(connection, package)
                return False
            _require_room(connection)
        _log.info("template.installed", template=package.name, version=package.version)
        return True

    def remove(self, name: str, version: str | None = None) -> tuple[str, ...]:
        """Forget a version of a template, or all of them; the versions that are gone."""
        gone = sa.delete(TEMPLATE_PACKAGE).where(TEMPLATE_PACKAGE.c.name == name)
        if version is not None:
            gone = gone.where(TEMPLATE_PACKAGE.c.release == version)
        with self._store.begin(writing=True) as connection:
            removed = connection.scalars(gone.returning(TEMPLATE_PACKAGE.c.release)).all()
        for one in removed:
            _log.info("template.removed", template=name, version=one)
        return tuple(sorted(removed, key=order))


def _require_same(connection: sa.Connection, package: Package) -> None:
    query = sa.select(TEMPLATE_PACKAGE.c.digest).filter_by(
        name=package.name, release=package.version
    )
    if connection.execute(query).scalar_one() != package.digest:
        raise other_content(package)


def _require_room(connection: sa.Connection) -> None:
    count, size = connection.execute(
        sa.select(sa.func.count(), sa.func.sum(TEMPLATE_PACKAGE.c.size))
    ).one()
    if count > MOST_PACKAGES or size > MOST_KEPT_BYTES:
        raise Conflict.because(
            "package.no_room", most=MOST_PACKAGES, megabytes=MOST_KEPT_BYTES // 1024**2
        )


def other_content(package: Package) -> Conflict:
    """The refusal of a version that is there with other content."""
    return Conflict.because(
        "package.other_content",
        pointer="/version",
        name=package.name,
        version=package.version,
    )
