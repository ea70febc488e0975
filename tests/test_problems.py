"""Every problem that the product can tell of has a case; and every one that it tells, a sentence.

The checks of documents and the language hold their own ids (`tests/metadata`, `tests/rules`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.api.refused.cases import CASES as API
from tests.api.test_failing import FAILURES as API_FAILURES
from tests.api.test_locked import IDS as LOCKED
from tests.api.test_rates import IDS as RATES
from tests.cli.refused import CASES as CLI
from tests.engine.audit.test_verifying import IDS as AUDITED
from tests.engine.backups.test_refused import CASES as BACKED_UP
from tests.engine.exports.test_refused import IDS as EXPORTED
from tests.engine.figures.test_cards import HIDDEN
from tests.engine.imports.test_refused import TAKEN_OVER
from tests.engine.merges.test_merging import BEYOND, HELD, ITSELF
from tests.engine.merges.test_undo import AWAY, TWICE, UNKNOWN
from tests.engine.outbox.test_webhooks import DOCTOR
from tests.engine.packages.refused import IDS as PACKAGED
from tests.engine.publish.test_modules import HIDING, SHOWING
from tests.engine.publish.test_refused import CASES as BROKEN
from tests.engine.publish.test_refused import NOTES
from tests.engine.refused import data, files, formulas, made_up, people, places, publishing
from tests.engine.test_kept_answers import IDS as KEYS
from tests.engine.test_refused import BUSY
from tests.refusals import PLACEHOLDER, ROOT, ids_of, sentences
from tests.test_sentences import SINGULAR
from tests.ui.refused import CASES as UI
from tests.ui.test_refused import FAILURES as UI_FAILURES

CATALOGUES = sorted(
    path.parent.relative_to(ROOT).as_posix()
    for folder in ("platform", "ui")
    for pattern in ("locale*/en.json", "locale/*/en.json")
    for path in (ROOT / folder).rglob(pattern)
    if "node_modules" not in path.parts
)
HELD_ELSEWHERE = {
    "platform/metadata/locale",
    "platform/metadata/expression/locale",
    "platform/rules/locale",
    "platform/rules/sentences/locale",
}
PAGES = "ui/locale"
"""The pages look their own sentences up, apart from all others."""

WORDS = (
    "convert.",
    "openapi.",
    "api.restored",
    "api.upgraded",
    "mail.",
    "notification.alerts",
    "notification.bulk",
    "notification.draft",
    "notification.hidden",
    "notification.import",
    "notification.sample",
    "notification.work",
    "publish.step.",
    "publish.section.",
    "publish.use",
    "publish.loss",
    "publish.nothing",
)
"""Sentences of the engine and the API that tell of no problem."""

COMPLAINTS = frozenset(
    {
        "cli.delete_needs_yes",
        "cli.delete_not_confirmed",
        "cli.file_refused",
        "cli.import_bad_row",
        "cli.import_left_out",
        "cli.import_more_bad",
        "cli.import_refused",
        "cli.import_too_many_bad",
        "cli.import_unknown",
        "cli.import_unknown_near",
        "cli.import_warnings",
        "cli.instant",
        "cli.jobs_which",
        "cli.map_without_equals",
        "cli.part_ended",
        "cli.password_differs",
        "cli.password_no_terminal",
        "cli.port_refused",
        "cli.port_taken",
        "cli.sample_none",
        "cli.serve_silent",
        "cli.stopped",
        "cli.usage_bad",
        "cli.usage_missing",
        "cli.usage_no_command",
        "cli.usage_no_command_near",
        "cli.usage_no_option",
        "cli.usage_no_option_near",
        "conflict.hint",
        "conflict.title",
        "form.refused",
        "form.wrong",
        "form.wrong.one",
        "record.kept",
        "record.moved_on",
        "record.moved_on_hint",
        "stage.to_enter",
    }
)
"""Sentences of the command line and the pages that tell of a problem; those of faults besides."""

EXCEPTED = {
    "publish.purge_needed": "tests/engine/publish/test_purge_values.py",
    "publish.row_too_wide": "tests/engine/publish/test_columns.py",
    "publish.too_many_columns": "tests/engine/publish/test_columns.py",
    "cli.part_ended": "a part of `serve` has to die; tests/faults kill the parts",
    "cli.serve_silent": "the pages have to be silent for a minute",
    "cli.stopped": "somebody has to press Ctrl-C",
    "fault.429": "signing in tells it on its own page",
    "fault.429.title": "signing in tells it on its own page",
    "fault.403": "what is forbidden says what to do itself",
    "fault.link.title": "links stand before any workspace: tests/ui/life/test_people.py",
}
"""What no case brings about, and why."""


def engine_and_api() -> frozenset[str]:
    found = frozenset().union(*(one.ids for one in API))
    found |= ids_of(people.CASES) | ids_of(places.CASES) | ids_of(data.CASES)
    found |= ids_of(files.READING) | ids_of(files.MAPPING) | ids_of(publishing.CASES)
    found |= ids_of(made_up.CASES) | made_up.TWICE.ids
    found |= {one for _, _, ids in publishing.DAMAGE for one in ids}
    found |= {one.problem for one in BROKEN} | {str(one[2][0]) for one in NOTES}
    found |= {one.problem for one in BACKED_UP} | PACKAGED | HIDING | SHOWING
    found |= AUDITED | {BEYOND, HELD, ITSELF, AWAY, TWICE, UNKNOWN}
    found |= {one.id for one in files.ROWS} | {one for _, _, one in formulas.CASES}
    return (
        found
        | API_FAILURES
        | KEYS
        | EXPORTED
        | RATES
        | {formulas.SLOW, HIDDEN, *TAKEN_OVER, *BUSY, *DOCTOR, *LOCKED}
    )


def cli_and_ui() -> frozenset[str]:
    found = {f"cli.{one}" for case in CLI for one in case.ids}
    return frozenset(found.union(UI_FAILURES, *(case.ids for case in UI)))


@pytest.mark.parametrize("folder", sorted(set(CATALOGUES) - HELD_ELSEWHERE))
def test_every_problem_has_a_case(folder: str) -> None:
    known = sentences(folder, "en").keys()
    if folder.startswith("ui/"):
        problems = {one for one in known if one in COMPLAINTS or one.startswith("fault.")}
        problems -= {"fault.back", "fault.again"}
        shown = cli_and_ui()
    else:
        problems = {one.removesuffix(SINGULAR) for one in known if not one.startswith(WORDS)}
        shown = engine_and_api()
    assert sorted(problems - shown - EXCEPTED.keys()) == []
    assert sorted(EXCEPTED.keys() & shown) == []


def test_what_is_excepted_is_there() -> None:
    known = {one for folder in CATALOGUES for one in sentences(folder, "en")}
    assert sorted((COMPLAINTS | EXCEPTED.keys()) - known) == []


def test_what_the_command_line_refuses_is_a_complaint() -> None:
    said = [(name, one) for place, name, one, _ in calls() if place.startswith("ui/cli/")]
    refused = {f"cli.{one}" for name, one in said if name == "refuse"}
    assert refused and sorted(refused - COMPLAINTS) == []


def test_every_problem_that_code_tells_has_a_whole_sentence() -> None:
    """A problem that is written with its parameters gives all that its sentences have places for.

    Those that are put together as they go are held by their cases.
    """
    known = {
        one: text
        for folder in CATALOGUES
        if not folder.startswith(PAGES)
        for one, text in sentences(folder, "en").items()
    }
    wrong = []
    for place, problem_id, given in told():
        text = known.get(problem_id)
        if text is None:
            wrong.append(f"{place}: {problem_id} has no sentence")
        elif given is not None:
            lacking = set(PLACEHOLDER.findall(text)) - given
            wrong += [f"{place}: {problem_id} lacks {one}" for one in sorted(lacking)]
    assert wrong == []


def told() -> Iterator[tuple[str, str, set[str] | None]]:
    """(place, id, names of parameters or None) of each problem that code writes out."""
    for place, name, problem_id, node in calls():
        if name == "because":
            keys = {one.arg for one in node.keywords}
            yield place, problem_id, None if None in keys else {one or "" for one in keys}
        elif name == "Problem":
            yield place, problem_id, written(node.args[1:])


def calls() -> Iterator[tuple[str, str, str, ast.Call]]:
    """(place, function, text, call) of each call that begins with a text."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield place, name, str(node.args[0].value), node


def written(rest: Iterable[ast.expr]) -> set[str] | None:
    for one in rest:
        if not isinstance(one, ast.Dict) or None in one.keys:
            return None
        keys = [key.value for key in one.keys if isinstance(key, ast.Constant)]
        return {str(key) for key in keys}
    return set()


def sources() -> Iterator[Path]:
    for folder in ("platform", "ui"):
        for path in (ROOT / folder).rglob("*.py"):
            if "node_modules" not in path.parts:
                yield path
