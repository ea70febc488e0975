"""A process that dies while it makes or removes a workspace leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings

WORK = """
import sys
from pathlib import Path
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import document_of

opened = Installation.open(Settings.read(env_file=None))
if sys.argv[1] == "create":
    documents = [document_of({"kind": "app", "name": "desk"})]
    ann = NewMember(name="Ann", email="ann@example.com", password="correct horse battery")
    opened.create_workspace("acme", "Acme", documents, admin=ann)
else:
    opened.delete_workspace("acme")
"""


POINTS = ["entered", "created", "published", "filled"]


@pytest.mark.parametrize("point", [f"workspace.{name}" for name in POINTS])
def test_half_made_workspaces_go(settings: Settings, clock: FixedClock, point: str) -> None:
    assert run("create", settings, point) == 137
    with Installation.open(settings, clock) as installation:
        let_go(installation)
        assert nothing_left(installation)
        installation.create_workspace("acme", "Acme", ())
        assert [one.slug for one in installation.workspaces()] == ["acme"]


@pytest.mark.parametrize("point", ["workspace.deleting", "workspace.dropped"])
def test_half_removed_workspaces_go(settings: Settings, clock: FixedClock, point: str) -> None:
    with Installation.open(settings, clock) as installation:
        installation.create_workspace("acme", "Acme", ())
    assert run("delete", settings, point) == 137
    with Installation.open(settings, clock) as installation:
        let_go(installation)
        assert nothing_left(installation)


def test_a_workspace_that_is_being_made_is_left_alone(
    settings: Settings, clock: FixedClock
) -> None:
    with Installation.open(settings, clock) as installation:
        installation.control.enter("abc", "acme", "Acme")
        with installation._stores.lock("abc") as held, Installation.open(settings, clock) as other:
            assert held
            assert [one.id for one in other.control.workspaces("creating")] == ["abc"]
        installation.reconcile()
        assert nothing_left(installation)


def test_a_failure_leaves_nothing_either(settings: Settings, clock: FixedClock) -> None:
    from fieldstone.metadata.documents import document_of

    with Installation.open(settings, clock) as installation:
        with pytest.raises(Exception, match=r".+"):
            installation.create_workspace("acme", "Acme", [document_of({"kind": "nonsense"})])
        assert nothing_left(installation)


def run(what: str, settings: Settings, point: str) -> int:
    """Run `what` in a process that kills itself at `point`; return how it ended."""
    environ = {
        **{key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE_")},
        "FIELDSTONE_ENV": "test",
        "FIELDSTONE_HOME": str(settings.home),
        "FIELDSTONE_DATABASE_URL": settings.database_url or "",
        "FIELDSTONE_FAIL_AT": f"{point}:1",
    }
    command = [sys.executable, "-c", WORK, what]
    return subprocess.run(command, env=environ, cwd=settings.home, check=False).returncode


def let_go(installation: Installation) -> None:
    """Look again where the server noticed too late that the killed process held a lock."""
    for entry in installation.control.workspaces("creating", "deleting"):
        with installation._stores.lock(entry.id, wait=60) as held:
            assert held
        installation.reconcile()


def nothing_left(installation: Installation) -> bool:
    """Return whether control knows no workspace, and no file or schema of one is there."""
    if installation.control.workspaces("creating", "active", "deleting"):
        return False
    if installation.settings.dialect == "sqlite":
        folder = Path(installation.settings.home) / "workspaces"
        return not [*folder.glob("*.sqlite*")]
    with installation.control._store.begin(writing=False) as connection:
        schemas = connection.exec_driver_sql(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'fieldstone%%'"
        )
        return [*schemas.scalars()] == ["fieldstone_control"]
