"""A customer's page: which tier, and why."""

from decimal import Decimal
from typing import Any

from playwright.sync_api import expect

from fieldstone.engine import records, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from fieldstone.metadata.documents import document_of
from tests.ui.readers import Reader, Site
from tests.ui.workshop import PASSWORD

CUSTOMER: dict[str, Any] = {
    "kind": "entity",
    "name": "customer",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "worth", "type": "money", "label": {"en": "Worth", "zh-CN": "贡献"}},
        {"name": "grade", "type": "tier", "scheme": "abc"},
    ],
}
ABC: dict[str, Any] = {
    "kind": "tier_scheme",
    "name": "abc",
    "entity": "customer",
    "field": "grade",
    "measure": "worth",
    "method": "share_of_records",
    "bands": [{"name": "A", "share": Decimal("0.5")}, {"name": "B", "rest": True}],
}
CHIEF: dict[str, Any] = {
    "kind": "role",
    "name": "chief",
    "everything_else": {"read": True, "create": True, "update": True, "delete": True},
    "metadata": True,
    "members": True,
}
APP = {"kind": "app", "name": "graded", "version": "1.0.0"}


def test_a_tier_says_its_scheme_measure_and_place(chief: Reader, phone: Reader, site: Site) -> None:
    admin = NewMember(name="王工", email="chief@example.com", password=PASSWORD)
    documents = [document_of(one) for one in (APP, CUSTOMER, ABC, CHIEF)]
    graded = site.installation.create_workspace("graded", "Graded", documents, admin=admin)
    with graded.writing() as tx:
        for worth in ("5000", "900", "100"):
            last = records.create(tx, SYSTEM, "customer", {"name": "远山", "worth": worth}).id
    tiers.run(graded)
    for reader in (chief, phone):
        reader.page.goto(f"{site.address}/graded/customer/{last}")
        reader.page.get_by_text("定级依据").first.click()
        told = reader.page.locator(".why-drop").first
        expect(told).to_contain_text("定级时排名：第 3 位（共 3）")
        expect(told).to_contain_text("贡献：100")
        assert reader.sideways() <= 0
