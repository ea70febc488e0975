"""Tag counts: how many records carry each tag, without those in the recycle bin."""

from __future__ import annotations

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.tag_counts import tag_counts
from tests.engine.crm_like import Company, counted


def test_each_tag_counts_the_records_that_carry_it_now(sales: Company) -> None:
    tags: tuple[list[str], ...] = (["retail"], ["retail", "health"], [], ["retail"])
    boss = str(sales.people["boss"])
    with sales.workspace.writing() as tx:
        rows = [{"name": f"c{at}", "industry": one, "owner": boss} for at, one in enumerate(tags)]
        done = records.create_many(tx, SYSTEM, "customer", rows)
        assert all(one.done for one in done), done
        last = done[-1].record_id
        assert last is not None
        records.delete(tx, SYSTEM, "customer", last, 1)
    with sales.workspace.reading() as tx, counted(tx) as statements:
        assert tag_counts(tx, "industry") == {"retail": 2, "health": 1}
        assert tag_counts(tx, "nothing") == {}
    assert len(statements) == 1
