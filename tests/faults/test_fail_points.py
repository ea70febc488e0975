"""A process that dies right after a commit: whoever comes next finishes it, and nothing twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from fieldstone.engine import imports
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.outbox import endpoints
from fieldstone.engine.outbox.webhook import read_networks
from fieldstone.engine.publishing.steps import StepKind
from fieldstone.engine.work import jobs
from fieldstone.engine.work.worker import imports_folder
from tests.faults.company import MAPPING, SLUG, TOMORROW
from tests.faults.conftest import Copy, Original
from tests.faults.found import Found
from tests.servers.receiver import receiving

ENGINE = Path(__file__).parents[2] / "platform" / "engine"
HIT = re.compile(r'failpoints\.hit\((f?)"([^"]+)"\)')
DIED = 137

IMPORT = [
    "control.hint_lowered:1",
    "import.begun:1",
    "import.after_chunk:1",
    "import.after_chunk:2",
    "import.after_chunk:3",
]
IMPORTED = "import.finished:1"
PURGING = ("purge_column", "purge_values", "purge_table", "purge_beside", "reuse_column")
"""Steps that a purge has, and a publish after it."""

ONE_KIND_ALONE = {"publish.drop_column:1": "sqlite", "publish.empty_column:1": "postgresql"}
"""Steps that one kind of database has: what is dropped there is kept here for another field."""

BEFORE_THE_FLIP = [
    *(f"publish.{kind}:1" for kind in get_args(StepKind) if kind not in PURGING),
    "publish.converting:1",
    "publish.before_commit:1",
]
FLIPPED = "publish.flipped:1"
SCAN = ["scan.done:1", "scan.done:2"]
AFTER_RULES = ["alerts.after_rule:1", "alerts.after_rule:2"]
RULES = [SCAN[0], *AFTER_RULES]
TIERS = [*SCAN, "tiers.after_scheme:1", "tiers.after_scheme:2"]
DUE = [
    "control.hint_lowered:1",
    "control.hint_lowered:3",
    "tick.planned:1",
    "tick.hint_raised:1",
    *AFTER_RULES,
    *(f"{point}:{count}" for count in (1, 3) for point in ("job.claimed", "scan.done", "job.done")),
]
UNDO = ["import.undone_chunk:1", "import.undone_chunk:3"]
BULK = ["bulk.chunk:1", "bulk.chunk:3"]
CREATE = [f"workspace.{point}:1" for point in ("entered", "created", "published", "filled")]
PUT_BACK = "job.put_back:1"
SENT = "outbox.sent:1"
RESTORE = [
    "clone.written:1",
    *(f"restore.{point}:1" for point in ("system", "records", "filled")),
]
DELETE = ["workspace.deleting:1", "workspace.dropped:1"]
PREPARING = ("watched", "batch", "prepared_step", "caught_up", "indexed", "taken_back", "swept")
ELSEWHERE = {
    "audit.sealed": "tests/engine/audit: a chain is gone on with where its sealer died",
    **{f"publish.{point}": "tests/engine/publish: one of many records" for point in PREPARING},
    **{f"publish.{kind}": "tests/engine/publish: a purge that dies" for kind in PURGING},
    "import.rehearsed": "tests/engine/imports: a trial run keeps nothing, wherever it ends",
    "import.at_once": "tests/engine/imports: a file in one transaction is nothing until its end",
    "sample.chunk": "tests/engine/samples: a removal goes on where its worker died",
    "sample.written": "tests/cli: a demonstration takes its name when it is whole",
}


def test_every_fail_point_is_tried() -> None:
    """A new `failpoints.hit` needs a case here."""
    written = set()
    for path in ENGINE.rglob("*.py"):
        for computed, name in HIT.findall(path.read_text("utf-8")):
            kinds = get_args(StepKind) if computed else ("",)
            written |= {name.replace("{step.kind}", kind) for kind in kinds}
    cases = [
        *IMPORT,
        IMPORTED,
        *BEFORE_THE_FLIP,
        FLIPPED,
        *RULES,
        *TIERS,
        *DUE,
        *CREATE,
        *RESTORE,
        *DELETE,
        *UNDO,
        *BULK,
        PUT_BACK,
        SENT,
    ]
    tried = {one.partition(":")[0] for one in cases}
    assert written == tried | ELSEWHERE.keys()


@pytest.mark.parametrize("point", IMPORT)
def test_an_import_is_finished_once(original: Original, copy: Copy, point: str) -> None:
    assert copy.run("import_orders", point) == DIED
    copy.come_back()
    wanted = original.undisturbed("import_orders")
    if point.startswith("control"):
        # It died before its first commit, so there was nothing to go on with.
        assert copy.look().differs(original.undisturbed("do_due")) == []
        copy.do("import_orders")
    assert copy.look().differs(wanted) == []
    assert copy.files_after_hours() == []


def test_an_import_that_was_done_may_be_given_again(original: Original, copy: Copy) -> None:
    assert copy.run("import_orders", IMPORTED) == DIED
    done = copy.look()
    assert done.differs(original.undisturbed("import_orders")) == []
    assert copy.files_after_hours() == []
    report = import_again(copy)
    assert (report.created, report.updated, report.failed) == (0, 2297, 3)
    kept = ("_import", "_import_row", "_job")
    assert copy.look().without(*kept).differs(done.without(*kept)) == []


def import_again(copy: Copy) -> imports.Report:
    with copy.opened() as opened:
        return imports.run(
            opened.workspace(SLUG),
            SYSTEM,
            "order",
            copy.settings.home / "orders.csv",
            imports.Options(mapping=MAPPING),
            keep=imports_folder(copy.settings),
        )


@pytest.mark.parametrize("point", UNDO)
def test_an_import_is_undone_once(original: Original, copy: Copy, point: str) -> None:
    copy.do("import_orders")
    assert copy.run("undo_import", point) == DIED
    copy.come_back()
    wanted = original.undisturbed("import_orders", then="undo_import")
    assert "state=undone" in wanted.tables["_import"][0]
    assert copy.look().differs(wanted) == []


@pytest.mark.parametrize("point", BULK)
def test_a_bulk_change_is_done_once(original: Original, copy: Copy, point: str) -> None:
    copy.do("import_orders")
    assert copy.run("change_in_bulk", point) == DIED
    copy.come_back()
    wanted = original.undisturbed("import_orders", then="change_in_bulk")
    assert "state=done" in wanted.tables["_bulk"][0]
    assert copy.look().differs(wanted) == []


def test_a_publish_that_dies_before_its_commit_changes_nothing(
    original: Original, copy: Copy
) -> None:
    old, new = (original.undisturbed(work) for work in ("do_due", "publish_later"))
    kind = "postgresql" if copy.settings.database_url else "sqlite"
    for point in BEFORE_THE_FLIP:
        if ONE_KIND_ALONE.get(point, kind) != kind:
            continue
        assert copy.run("publish_later", point) == DIED
        assert (point, copy.look().differs(old)) == (point, [])
    copy.come_back()
    copy.do("publish_later")
    assert copy.look().differs(new) == []


def test_a_publish_that_dies_after_its_commit_is_whole(original: Original, copy: Copy) -> None:
    assert copy.run("publish_later", FLIPPED) == DIED
    new = original.undisturbed("publish_later")
    assert copy.look().differs(new) == []
    copy.come_back()
    copy.do("publish_later")
    assert copy.look().differs(new) == []


@pytest.mark.parametrize("point", RULES)
def test_rules_alert_once(original: Original, copy: Copy, point: str) -> None:
    assert copy.run("run_rules", point) == DIED
    assert_done_again(original, copy, "run_rules")


@pytest.mark.parametrize("point", TIERS)
def test_tiers_move_once(original: Original, copy: Copy, point: str) -> None:
    assert copy.run("run_tiers", point) == DIED
    assert_done_again(original, copy, "run_tiers")


def assert_done_again(original: Original, copy: Copy, work: str) -> None:
    """Doing it again ends where it would have ended; once more changes nothing."""
    wanted = original.undisturbed(work)
    copy.come_back()
    copy.do(work)
    assert copy.look().differs(wanted) == []
    copy.do(work)
    assert copy.look().differs(wanted) == []


@pytest.mark.parametrize("point", DUE)
def test_due_work_is_done_once(original: Original, copy: Copy, point: str) -> None:
    copy.at = TOMORROW
    wanted = due_tomorrow(original)
    assert copy.run("do_due", point) == DIED
    copy.come_back()
    assert copy.look().differs(wanted) == []
    copy.come_back()
    assert copy.look().differs(wanted) == []


def due_tomorrow(original: Original) -> Found:
    found = original.undisturbed("do_due", later=timedelta(days=1))
    assert len(found.tables["_job"]) == 4 and len(found.tables["task"]) == 10
    return found


def test_a_job_that_cannot_be_done_holds_nothing_up(original: Original, copy: Copy) -> None:
    copy.at = TOMORROW
    with copy.opened() as opened, opened.workspace(SLUG).writing() as tx:
        jobs.enqueue(tx, "strange", "strange:1", {})
    assert copy.run("do_due", PUT_BACK) == DIED
    for _ in range(6):
        copy.come_back()
    found = copy.look()
    told = ("_job", "_notification")
    assert found.without(*told).differs(due_tomorrow(original).without(*told)) == []
    assert len([one for one in found.tables["_notification"] if "kind=work" in one]) == 1
    dead = [one for one in found.tables["_job"] if "state=done" not in one]
    assert dead == [("kind=strange", "state=dead", "error=KeyError: 'strange'", "finished_at=None")]


def test_a_call_that_went_out_before_the_death_comes_again_under_its_id(copy: Copy) -> None:
    with receiving() as receiver:
        copy.settings = replace(copy.settings, webhook_networks=read_networks("127.0.0.0/8"))
        with copy.opened() as opened, opened.workspace(SLUG).writing() as tx:
            endpoints.put(tx, "erp", receiver.url)
        copy.at = TOMORROW
        copy.do("do_due")
        assert copy.run("do_due", SENT) == DIED
        assert len(receiver.calls) == 1
        copy.come_back()
        first, second = receiver.calls
        assert first.headers["fieldstone-delivery"] == second.headers["fieldstone-delivery"]
        assert first.body == second.body
        copy.come_back()
        assert len(receiver.calls) == 2


@pytest.mark.parametrize("point", CREATE)
def test_a_half_made_workspace_goes(original: Original, copy: Copy, point: str) -> None:
    assert copy.run("create_other", point) == DIED
    with copy.opened() as opened:
        assert [one.slug for one in opened.workspaces()] == [SLUG]
    copy.do("create_other")
    assert copy.look("other").differs(original.undisturbed("create_other", "other")) == []


@pytest.mark.parametrize("point", RESTORE)
def test_a_half_restored_workspace_goes(original: Original, copy: Copy, point: str) -> None:
    assert copy.run("clone_it", point) == DIED
    clones = copy.settings.home / "clones"
    assert [one.name for one in clones.glob("*/*")] == ["workspace.zip"]
    with copy.opened() as opened:
        assert [one.slug for one in opened.workspaces()] == [SLUG]
    assert list(clones.iterdir()) == []
    copy.do("clone_it")
    assert copy.look("other").differs(original.undisturbed("clone_it", "other")) == []


@pytest.mark.parametrize("point", DELETE)
def test_a_half_removed_workspace_goes(copy: Copy, point: str) -> None:
    assert copy.run("delete_it", point) == DIED
    with copy.opened() as opened:
        assert opened.workspaces() == ()
