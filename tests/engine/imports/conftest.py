"""A small app to import into, its people, and files made of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import access, imports, members, publish, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.imports import Options, Report
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.records.rows import whole_rows
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import TRANSITION
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.servers.database import Database

NOW = datetime(2026, 3, 5, 1, tzinfo=UTC)
"""Nine in the morning, in Shanghai."""

REGION: dict[str, Any] = {
    "kind": "entity",
    "name": "region",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "required": True},
        {"name": "code", "type": "text", "unique": True},
    ],
}
FIRM: dict[str, Any] = {
    "kind": "entity",
    "name": "firm",
    "label": {"en": "Firm", "zh-CN": "公司"},
    "title": "name",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "required": True,
            "label": {"en": "Firm name", "zh-CN": "公司名称"},
        },
        {"name": "number", "type": "auto_number", "pattern": "F{0000}"},
        {"name": "tax", "type": "text", "unique": True},
        {
            "name": "kind",
            "type": "choice",
            "label": {"en": "Kind", "zh-CN": "类型"},
            "default": "maker",
            "options": [
                {"name": "maker", "label": {"en": "Maker", "zh-CN": "生产商"}},
                {"name": "seller", "label": {"en": "Reseller", "zh-CN": "经销商"}},
            ],
        },
        {"name": "topics", "type": "tags", "dimension": "topics"},
        {"name": "worth", "type": "money", "min": -1000},
        {"name": "margin", "type": "percent"},
        {"name": "staff", "type": "integer"},
        {"name": "founded", "type": "date"},
        {"name": "seen", "type": "datetime"},
        {"name": "vip", "type": "boolean"},
        {"name": "remark", "type": "long_text"},
        {"name": "owner", "type": "owner", "default": {"expr": "me()"}},
        {"name": "region", "type": "reference", "to": "region", "inverse": "firms"},
        {
            "name": "parent_firm",
            "type": "reference",
            "to": "firm",
            "inverse": "branches",
            "on_delete": "detach",
        },
        {"name": "stage", "type": "stage"},
        {"name": "secret", "type": "text"},
    ],
    "pipeline": {
        "field": "stage",
        "stages": [
            {"name": "new", "label": {"en": "New", "zh-CN": "新建"}},
            {"name": "talking", "label": {"en": "Talking", "zh-CN": "洽谈"}},
            {"name": "won", "closed": "won", "requires": ["worth"]},
            {"name": "lost", "closed": "lost"},
        ],
    },
}
TOPICS: dict[str, Any] = {
    "kind": "tag_dimension",
    "name": "topics",
    "tags": [
        {"name": "steel", "label": {"en": "Steel", "zh-CN": "钢铁"}},
        {"name": "glass", "label": {"en": "Glass", "zh-CN": "玻璃"}},
    ],
}
ROLES: tuple[dict[str, Any], ...] = (
    {
        "kind": "role",
        "name": "boss",
        "everything_else": {"create": True, "update": True, "delete": True},
        "metadata": True,
        "members": True,
        "imports": True,
        "import_history": True,
    },
    {
        "kind": "role",
        "name": "clerk",
        "imports": True,
        "entities": [
            {
                "entity": "firm",
                "rows": "own",
                "create": True,
                "update": True,
                "hidden_fields": ["secret"],
                "read_only_fields": ["remark"],
            },
            {"entity": "region", "rows": "all"},
        ],
    },
    {
        "kind": "role",
        "name": "guest",
        "entities": [{"entity": "firm", "rows": "own", "create": True, "update": True}],
    },
)
APP: dict[str, Any] = {"kind": "app", "name": "firms", "version": "1.0.0"}
DOCUMENTS = tuple(document_of(one) for one in (APP, REGION, FIRM, TOPICS, *ROLES))


@dataclass
class Desk:
    """A workspace to import into, with a folder for files; people by name."""

    installation: Installation
    workspace: Workspace
    clock: FixedClock
    folder: Path
    people: dict[str, int]

    @property
    def keep(self) -> Path:
        """Where copies of files lie while they are imported."""
        return self.folder / "keep"

    def file(self, *lines: str, name: str = "firms.csv", encoding: str = "utf-8") -> Path:
        """A file of lines."""
        path = self.folder / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    def bring(
        self,
        source: Path | Sequence[str],
        mapping: Mapping[str, Any] | None = None,
        caller: Caller = SYSTEM,
        **how: Any,
    ) -> Report:
        """Import lines or a file of firms; without a mapping columns are called like fields."""
        path = source if isinstance(source, Path) else self.file(*source)
        options = Options(**how)
        if mapping is None or "columns" not in mapping:
            columns = {one: one for one in options.open(path).columns}
            mapping = {**(mapping or {}), "columns": columns}
        options = replace(options, mapping=mapping)
        return imports.run(self.workspace, caller, "firm", path, options, keep=self.keep)

    def forget_field(self, name: str) -> None:
        """Publish the app with a field of firms archived."""
        fields = [
            one | {"archived": True} if one["name"] == name else one for one in FIRM["fields"]
        ]
        changed = [document_of(FIRM | {"fields": fields})]
        kept = [one for one in DOCUMENTS if one.name != "firm"]
        plan = publish.preview(self.workspace, SYSTEM, [*kept, *changed])
        publish.publish(self.workspace, SYSTEM, plan, None)

    def caller(self, name: str) -> Caller:
        """The caller that a person is."""
        with self.workspace.reading() as tx:
            return access.for_member(tx, self.people[name])

    def firms(self, *fields: str) -> list[dict[str, Any]]:
        """The firms in the order they were made: those fields as Python values."""
        with self.workspace.reading() as tx:
            row = tx.tables.table("firm").alias("r")
            ids = tx.connection.scalars(sa.select(row.c.id)).all()
            rows = whole_rows(tx, SYSTEM, "firm", ids)
        wanted = fields or ("name",)
        return [{key: rows[one][key] for key in wanted} for one in sorted(rows)]

    def names(self) -> list[str]:
        """The names of all firms in the order they were made."""
        return [one["name"] for one in self.firms()]

    def transitions(self) -> list[tuple[int, str | None, str | None, datetime]]:
        """The moves of stages: (record id, before, after, at), in the order they were kept."""
        columns = (TRANSITION.c[one] for one in ("record_id", "before", "after", "at"))
        query = sa.select(*columns).where(TRANSITION.c.field == "stage").order_by(TRANSITION.c.id)
        with self.workspace.reading() as tx:
            return [tuple(one) for one in tx.connection.execute(query)]


def reasons(report: Report) -> list[tuple[int, str]]:
    """The line and the first reason of each bad row."""
    return [(one.line, one.reasons[0]["en"]) for one in report.bad]


@pytest.fixture
def desk(home: Path, database: Database, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with two regions and four people; no firms yet."""
    with desk_in(home, database.url, tmp_path) as made:
        yield made


@contextmanager
def desk_in(home: Path, url: str | None, folder: Path) -> Iterator[Desk]:
    """A desk on either kind of database, its files in `folder`."""
    clock = FixedClock(NOW)
    settings = Settings(home=home, database_url=url, env="test")
    with Installation.open(settings, clock) as opened:
        workspace = opened.create_workspace("firms", "Firms", DOCUMENTS)
        people = {}
        for name, role in (
            ("boss", "boss"),
            ("wang", "clerk"),
            ("zhao", "clerk"),
            ("guest", "guest"),
        ):
            new = NewMember(
                name=name.title(), user_name=name, email=f"{name}@example.com", roles=(role,)
            )
            people[name] = members.add(workspace, SYSTEM, new).id
        with workspace.writing() as tx:
            rows = [{"name": "North", "code": "N"}, {"name": "South", "code": "S"}]
            records.create_many(tx, SYSTEM, "region", rows)
        yield Desk(opened, workspace, clock, folder, people)
