"""A publish that dies at any instant leaves the workspace wholly old or wholly new."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import read_folder, write_folder
from tests.engine.publish.shop import Shop, column
from tests.metadata.samples import purged_from

APPLY = """
import sys
from pathlib import Path
from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import read_folder

with Installation.open(Settings.read(env_file=None)) as opened:
    workspace = opened.workspace("acme")
    documents, _ = read_folder(Path(sys.argv[1]))
    plan = publish.preview(workspace, SYSTEM, documents)
    accepted = [one.key for one in plan.losses]
    publish.publish(workspace, SYSTEM, plan, accept_loss=accepted)
"""
BEFORE = [
    "publish.add_column",
    "publish.convert",
    "publish.before_commit",
]


@pytest.fixture
def changed(shop: Shop, tmp_path: Path) -> Path:
    """Return a folder with the shop, where a number becomes a decimal and a field is new."""
    shop.field("customer", "staff").update(type="decimal", scale=1)
    shop.add("customer", name="parent_one", type="reference", to="customer")
    write_folder(tmp_path / "app", shop.documents())
    return tmp_path / "app"


PURGING = [
    "publish.purge_column",
    "publish.purge_values",
    "publish.purge_table",
    "publish.purge_beside",
    "publish.before_commit",
]
GONE = (
    "entity/customer#/fields/staff",
    "entity/customer#/fields/size/options/large",
    "entity/deal",
)


def apply(installation: Installation, folder: Path, point: str) -> int:
    """Publish a folder in a process that kills itself at `point`; return how it ended."""
    settings = installation.settings
    environ = {
        **{key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE_")},
        "FIELDSTONE_ENV": "test",
        "FIELDSTONE_HOME": str(settings.home),
        "FIELDSTONE_DATABASE_URL": settings.database_url or "",
        "FIELDSTONE_FAIL_AT": point,
    }
    command = [sys.executable, "-c", APPLY, str(folder)]
    return subprocess.run(command, env=environ, timeout=120, check=False).returncode


@pytest.mark.parametrize("point", BEFORE)
def test_before_the_commit_everything_is_as_it_was(
    installation: Installation, workspace: Workspace, changed: Path, point: str
) -> None:
    assert apply(installation, changed, point) == 137
    with workspace.reading() as tx:
        assert tx.revision == 1
        assert publish.layout_matches(tx) == ()
        assert column(tx, "customer", "staff") == [12, None, 700]
    assert apply(installation, changed, "nowhere") == 0


def test_after_the_commit_everything_is_new(
    installation: Installation, workspace: Workspace, changed: Path
) -> None:
    assert apply(installation, changed, "publish.flipped") == 137
    with workspace.reading() as tx:
        assert tx.revision == 2
        assert publish.layout_matches(tx) == ()
        assert column(tx, "customer", "staff") == [Decimal("12.0"), None, Decimal("700.0")]


@pytest.fixture
def purging(workspace: Workspace, shop: Shop, tmp_path: Path) -> Path:
    """Return a folder that purges a field, an option and an entity which are archived."""
    shop.drop("customer", "staff")
    shop.field("customer", "size")["options"].pop()
    del shop.data["deal"]
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    shop.data["customer"]["purged"] = ["staff"]
    shop.field("customer", "size")["purged"] = ["large"]
    shop.data["shop"]["purged"] = ["entity/deal"]
    write_folder(tmp_path / "app", shop.documents())
    return tmp_path / "app"


@pytest.mark.parametrize("point", PURGING)
def test_a_purge_that_dies_has_purged_nothing(
    installation: Installation, workspace: Workspace, purging: Path, point: str
) -> None:
    assert apply(installation, purging, point) == 137
    with workspace.reading() as tx:
        assert tx.revision == 2
        assert publish.layout_matches(tx) == ()
        assert column(tx, "customer", "staff") == [12, None, 700]
        assert column(tx, "customer", "size") == ["small", None, "large"]
        assert column(tx, "deal", "name") == ["One", "Two"]


def test_a_purge_that_dies_after_the_commit_is_whole(
    installation: Installation, workspace: Workspace, purging: Path
) -> None:
    assert apply(installation, purging, "publish.flipped") == 137
    with workspace.reading() as tx:
        assert tx.revision == 3
        assert publish.layout_matches(tx) == ()
        assert column(tx, "customer", "size") == ["small", None, None]
        assert {one.address for one in purged_from(tx.app)} == set(GONE)
        assert not {"staff"} & tx.layout.entity("customer").fields.keys()
        assert "deal" not in tx.layout


def test_a_column_that_is_free_is_so_after_a_publish_that_died_using_it(
    installation: Installation, workspace: Workspace, purging: Path
) -> None:
    assert apply(installation, purging, "nowhere") == 0
    documents, _ = read_folder(purging)
    fresh = {"name": "storeys", "type": "integer"}
    write_folder(
        purging,
        (
            one.with_data({**one.data, "fields": [*one.data["fields"], fresh]})
            if (one.kind, one.name) == ("entity", "customer")
            else one
            for one in documents
        ),
    )
    # Only PostgreSQL keeps columns to use them again.
    ended = apply(installation, purging, "publish.reuse_column")
    assert ended == (137 if workspace.dialect == "postgresql" else 0)
    assert apply(installation, purging, "nowhere") == 0
    with workspace.reading() as tx:
        assert tx.revision == 4
        assert publish.layout_matches(tx) == ()
        assert set(column(tx, "customer", "storeys")) == {None}


def test_what_another_process_publishes_is_seen_at_once(
    installation: Installation, workspace: Workspace, changed: Path
) -> None:
    with workspace.reading() as tx:
        assert tx.app.entity("customer").field("staff").type == "integer"
    assert apply(installation, changed, "nowhere") == 0
    with workspace.writing() as tx:
        assert tx.app.entity("customer").field("staff").type == "decimal"
        assert column(tx, "customer", "staff") == [Decimal("12.0"), None, Decimal("700.0")]
    shop = Shop()
    with pytest.raises(Exception, match="anew"):
        publish.preview(workspace, SYSTEM, shop.documents(), base=1)
