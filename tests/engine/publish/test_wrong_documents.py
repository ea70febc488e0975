"""Wrong documents on both databases: publishing, the API and the command line refuse them alike."""

from pathlib import Path

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata import Document, document_of
from tests.metadata.fuzz.doors import doors
from tests.metadata.fuzz.making import made_of
from tests.refusals import state_of
from tests.servers.database import Database

SORTS = (
    "archived_but_used", "bytes_changed", "dangling", "document_missing", "expression_broken",
    "key_misspelt", "kind_exchanged", "name_taken", "number_that_is_none", "several_at_once",
    "too_deep", "wrong_type",
)  # fmt: skip


def test_wrong_documents_are_refused_behind_all_doors(home: Path, database: Database) -> None:
    with doors(home, database.url) as there:
        found = [made_of(sort, 5, number) for sort in SORTS for number in range(2)]
        assert [one for each in found for one in there.findings(*each)] == []


def test_archived_fields_count_among_those_of_an_entity(empty: Workspace) -> None:
    publish.publish(empty, SYSTEM, publish.preview(empty, SYSTEM, _entity("a", 300)))
    before = state_of(empty)
    plan = publish.preview(empty, SYSTEM, _entity("b", 300))
    (problem,) = plan.problems
    assert (problem.document, problem.pointer) == ("entities/big.json", "/fields")
    assert problem.text("en") == (
        'With the archived ones "big" would have 601 fields, at most 400 are kept; purge'
        " archived fields, or restore them in place of adding new ones."
    )
    assert state_of(empty) == before


def test_as_many_fields_as_there_may_be_are_published_again(empty: Workspace) -> None:
    publish.publish(empty, SYSTEM, publish.preview(empty, SYSTEM, _entity("a", 300)))
    publish.publish(empty, SYSTEM, publish.preview(empty, SYSTEM, _entity("b", 99)))
    assert publish.preview(empty, SYSTEM, publish.export(empty)).empty


def _entity(letter: str, count: int) -> list[Document]:
    fields = [{"name": f"{letter}{one}", "type": "integer"} for one in range(count)]
    named = {"name": "name", "type": "text"}
    return [
        document_of({"kind": "app", "name": "big"}),
        document_of({"kind": "role", "name": "admin", "metadata": True}),
        document_of({"kind": "entity", "name": "big", "title": "name", "fields": [named, *fields]}),
    ]
