"""Backup and restore: one file, any installation, either kind of database, equal to the byte."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import backups, members, query, records, samples
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.audit import sealing
from fieldstone.engine.audit.verifying import verify
from fieldstone.engine.backups import form
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.column_types import JsonText
from fieldstone.engine.errors import Conflict
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.publish import export, layout_matches, preview, publish, purge_plan
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_metadata import METADATA
from fieldstone.engine.system_tables import MEMBER
from fieldstone.engine.templates import shipped
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from fieldstone.rules.sql_types import UtcDateTime
from tests.engine.crm_like import NOW
from tests.servers.database import Database

PASSWORD = "quarry-larch-1807"
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@contextmanager
def installed(home: Path, url: str | None) -> Iterator[Installation]:
    home.mkdir(exist_ok=True)
    with Installation.open(
        Settings(home=home, database_url=url, env="test"), FixedClock(NOW)
    ) as it:
        yield it


@pytest.fixture
def here(home: Path, database: Database) -> Iterator[Installation]:
    """Return an installation with a small CRM: sample data, people, changes, a bin."""
    with installed(home, database.url) as made:
        chief = NewMember(name="Ada", email="ada@example.com", password=PASSWORD)
        workspace = made.create_workspace("acme", "Acme", "crm", admin=chief)
        declaration = shipped("crm").sample
        assert declaration is not None
        samples.load(workspace, declaration, scale=0.01)
        seal(made)
        convert_a_field(workspace)
        purge_a_field(workspace)
        with workspace.writing() as tx:
            asked = query.ListRequest(entity_id="task", limit=3)
            gone = [(one.id, one.version) for one in query.page(tx, SYSTEM, asked).records]
            records.delete_many(tx, SYSTEM, "task", gone)
        seal(made)
        with workspace.writing() as tx:
            fill_what_is_empty(tx)
        yield made


def seal(installation: Installation) -> None:
    """Have the history sealed."""
    sealing.plan(installation)
    for workspace_id, job_id in tick(installation):
        worker.do(installation, workspace_id, job_id)


def fill_what_is_empty(tx: Transaction) -> None:
    """Put a row into every system table that has none, so that none is compared for nothing."""
    for table in METADATA.tables.values():
        if tx.connection.execute(sa.select(table).limit(1)).first() is None:
            row = {one.name: a_value(one) for one in table.c if one.identity is None}
            tx.connection.execute(sa.insert(table).values(row))


def a_value(column: sa.Column[Any]) -> Any:
    """Something that a column of this type can hold, and that is easily spoilt on its way."""
    if isinstance(column.type, JsonText):
        return {"en": '50% & "quoted"', "zh-CN": "第一行\n第二行", "n": [1, None, True]}
    if isinstance(column.type, UtcDateTime):
        return NOW + timedelta(microseconds=123_456)
    if isinstance(column.type, sa.Boolean):
        return True
    if isinstance(column.type, sa.LargeBinary):
        return bytes(range(256))
    if isinstance(column.type, sa.Integer):
        return 2**40 if isinstance(column.type, sa.BigInteger) else 2**31 - 1
    return "a 'text'\twith \\ 中文 😀"


def convert_a_field(workspace: Workspace) -> None:
    """Leave a spare column behind, as every change of a type does."""
    changed = []
    for one in export(workspace):
        if one.key == "entity/contact":
            fields = [
                {**field, "type": "datetime"} if field["name"] == "birthday" else field
                for field in one.data["fields"]
            ]
            changed.append(one.with_data({**one.data, "fields": fields, "checks": []}))
        else:
            changed.append(one)
    publish(workspace, SYSTEM, preview(workspace, SYSTEM, changed))


def purge_a_field(workspace: Workspace) -> None:
    """Leave a free column behind, where the database gives columns to new fields."""
    fax = {"name": "fax", "type": "text", "default": "12"}
    for more in ([fax], []):
        changed = []
        for one in export(workspace):
            kept = [field for field in one.data.get("fields", ()) if field["name"] != "fax"]
            fields = {"fields": [*kept, *more]}
            changed.append(one.with_data({**one.data, **fields}) if one.name == "contact" else one)
        publish(workspace, SYSTEM, preview(workspace, SYSTEM, changed))
    address = "entity/contact#/fields/fax"
    plan = purge_plan(workspace, SYSTEM, [address])
    publish(workspace, SYSTEM, plan, accept_loss=[address])


@pytest.fixture
def there(tmp_path: Path, database: Database, request: pytest.FixtureRequest) -> str | None:
    """Return where another installation keeps its data: on the other kind of database."""
    if OTHER[database.kind] == "sqlite":
        return None
    return str(request.getfixturevalue("postgres_url"))


def test_a_backup_goes_to_the_other_kind_and_back(
    here: Installation, tmp_path: Path, there: str | None
) -> None:
    first, second, third = (tmp_path / f"{one}.zip" for one in ("first", "second", "third"))
    backups.write(here.workspace("acme"), first)
    assert first.stat().st_mode & 0o077 == 0
    with installed(tmp_path / "other", there) as other:
        restored = other.restore_workspace(first)
        with restored.reading() as tx:
            assert layout_matches(tx) == ()
        assert verify(restored) == verify(here.workspace("acme"))
        assert verify(restored).entries and verify(restored).fault is None
        backups.write(restored, second)
    assert second.read_bytes() == first.read_bytes()
    back = here.restore_workspace(second, "again")
    backups.write(here.rename_workspace(back, slug="acme2", name="Acme"), third)
    here.delete_workspace("acme")
    here.rename_workspace(here.workspace("acme2"), slug="acme", name="Acme")
    backups.write(here.workspace("acme"), third)
    assert third.read_bytes() == first.read_bytes()


STAY = {
    "_state": "a restored workspace has its own, of the manifest",
    "_kept_answer": "a copy answers no request again that came to the original",
    "_outbox": "a copy sends nothing that waits to be sent by the original",
    "_endpoint": "a copy calls nobody until somebody says whom",
    "_endpoint_rest": "whether an endpoint answers is found out anew",
}
"""System tables that are no part of a backup, and why."""


def test_every_table_is_in_the_backup_or_stays_for_a_reason(
    here: Installation, tmp_path: Path
) -> None:
    """A table that is new has to be thought of: it is filled here, so it has to be in the file."""
    file = tmp_path / "file.zip"
    workspace = here.workspace("acme")
    backups.write(workspace, file)
    with workspace.reading() as tx:
        there = set(sa.inspect(tx.connection).get_table_names())
        made = {at.table for at in tx.layout.entities.values()}
        made |= {at.link_table for at in tx.layout.entities.values() if at.link_table}
        entities = {one for one, at in tx.layout.entities.items() if not at.table.startswith("_")}
    indexes = {one for one in there if one.startswith("_search")}
    assert there - indexes - (made - METADATA.tables.keys()) == set(METADATA.tables)
    with zipfile.ZipFile(file) as archive:
        parts = json.loads(archive.read("manifest.json"))["parts"]
    told = {form.system_part(one) for one in METADATA.tables.keys() - STAY.keys()}
    assert {one for one in parts if one.startswith("system/")} == told
    assert {one for one in parts if one.startswith("records/")} == {
        form.records_part(one) for one in entities
    }
    assert [one for one in told if not parts[one]["rows"]] == []


def test_who_has_an_account_enters_and_others_wait(home: Path, database: Database) -> None:
    with installed(home, database.url) as made:
        chief = NewMember(name="Ada", email="ada@example.com", password=PASSWORD)
        documents = export(made.create_workspace("first", "First", "crm", admin=chief))
        workspace = made.create_workspace("acme", "Acme", documents, admin=chief)
        with workspace.writing() as tx:
            values = {"name": "Bo", "email": "bo@example.com", "active": True, "created_at": NOW}
            tx.connection.execute(MEMBER.insert().values(**values))
        copy = made.clone_workspace(workspace, "copy", with_data=True)
        with copy.reading() as tx:
            found = {one.name: one.account is not None for one in members.listed(tx)}
        assert found == {"Ada": True, "Bo": False}
        ada = made.control.accounts.find("ada@example.com")
        assert ada is not None
        mine = made.control.workspaces_of(ada.id)
        assert {one.slug for one in mine} == {"first", "acme", "copy"}
        due = dict(made.control.due_workspaces(NOW, everything=True))
        assert due[copy.id] == due[workspace.id]


def test_a_clone_without_data_has_the_documents_alone(home: Path, database: Database) -> None:
    with installed(home, database.url) as made:
        chief = NewMember(name="Ada", email="ada@example.com", password=PASSWORD)
        workspace = made.create_workspace("acme", "Acme", "crm", admin=chief)
        copy = made.clone_workspace(workspace, "copy", "Copy")
        assert export(copy) == export(workspace)
        with copy.reading() as tx:
            assert members.listed(tx) == ()
        with pytest.raises(Conflict):
            made.clone_workspace(workspace, "copy", with_data=True)


def test_numbers_are_never_given_twice(here: Installation, tmp_path: Path) -> None:
    workspace = here.workspace("acme")
    file = tmp_path / "file.zip"
    backups.write(workspace, file)
    copy = here.restore_workspace(file, "copy")
    ids = []
    for place in (workspace, copy):
        with place.writing() as tx:
            ids.append(records.create(tx, SYSTEM, "channel", {"name": "Fair"}).id)
    assert ids[0] == ids[1]
