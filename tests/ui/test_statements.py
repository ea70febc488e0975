"""Pages take as many statements for many records and fields as for few."""

from __future__ import annotations

from collections.abc import Sequence

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, document_of
from tests.api.shop import ADMIN, APP
from tests.api.test_statements import WARMING, wide
from tests.servers.statements import counting
from tests.ui.test_databases import installation, signed_in
from tests.ui.workshop import PASSWORD
from tests.ui.workshop_documents import documents

__all__ = ["installation"]
FEW, MANY = 3, 300
PAGES = (
    "machine",
    "machine?sort=-price",
    "machine?where=price > 0&sort=-price",
    "machine?q=机床",
    "machine/count",
    "machine/1",
    "machine/1?tab=repairs",
    "machine/1/edit",
    "machine/new",
    "repair",
    "repair/1",
    "note/pick/repair?is.machine=1",
    "-/search?q=机床",
)


def test_pages_take_as_many_statements_for_many_records_as_for_few(
    installation: Installation,
) -> None:
    counts: dict[str, list[int]] = {page: [] for page in PAGES}
    for rows in (FEW, MANY):
        workspace = company(installation, f"w{rows}", documents())
        with workspace.writing() as tx:
            machines = [{"name": f"机床 {one}", "price": str(one + 1)} for one in range(rows)]
            records.create_many(tx, SYSTEM, "machine", machines)
            repairs = [{"subject": f"换刀架 {one}", "machine": "1"} for one in range(rows)]
            records.create_many(tx, SYSTEM, "repair", repairs)
        told_of(installation, workspace, counts)
    assert {page: both for page, both in counts.items() if both[0] != both[1]} == {}


def test_pages_take_as_many_statements_for_many_fields_as_for_few(
    installation: Installation,
) -> None:
    counts: dict[str, list[int]] = {
        page: [] for page in ("wide", "wide/1", "wide/1/edit", "wide/new")
    }
    for fields in (10, 300):
        made = [document_of(one) for one in (APP, wide(fields, "choice"), ADMIN)]
        workspace = company(installation, f"w{fields}", made)
        with workspace.writing() as tx:
            records.create(tx, SYSTEM, "wide", {"name": "One"})
        told_of(installation, workspace, counts)
    assert {page: both for page, both in counts.items() if both[0] != both[1]} == {}


def company(installation: Installation, slug: str, made: Sequence[Document]) -> Workspace:
    admin = NewMember(name="Chief", email="chief@example.com", password=PASSWORD)
    return installation.create_workspace(slug, slug, made, admin=admin)


def told_of(installation: Installation, workspace: Workspace, counts: dict[str, list[int]]) -> None:
    """Add what each page takes the fourth time."""
    web = signed_in(installation, "chief@example.com")
    for page, told in counts.items():
        for _ in range(WARMING):
            with counting() as found:
                answer = web.get(f"/{workspace.slug}/{page}")
                assert answer.status_code == 200, (page, answer.status)
        told.append(len(found))
