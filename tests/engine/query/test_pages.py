"""Pages: filters, orders, cursors, paths, search and the number of statements."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.engine import query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Malformed, NotFound
from fieldstone.engine.query import ListRequest
from fieldstone.engine.transaction import Transaction
from tests.engine.crm_like import Company, counted

CUSTOMERS: list[dict[str, Any]] = [
    {
        "name": "远山仪器",
        "phone": "13800138000",
        "region": "North",
        "budget": "300",
        "industry": ["retail", "health"],
        "status": "signed",
        "founded": "2001-05-01",
    },
    {"name": "重庆银行", "phone": "021-5888 6666", "region": "South", "budget": "50.50"},
    {"name": "Ångström Labs", "region": "North", "status": "lost", "vip": False},
    {"name": "李", "region": "West", "budget": "300"},
]


@pytest.fixture(scope="module")
def stocked(shared: Company) -> Company:
    """Return the company with four customers and deals of the first two."""
    boss = shared.people["boss"]
    with shared.workspace.writing() as tx:
        rows = [{**one, "owner": str(boss)} for one in CUSTOMERS]
        done = records.create_many(tx, SYSTEM, "customer", rows)
        ids = [str(one.record_id) for one in done]
        deals = [
            {
                "name": "first",
                "customer": ids[0],
                "owner": str(boss),
                "amount": "10.10",
                "stage": "won",
            },
            {"name": "second", "customer": ids[0], "owner": str(boss), "amount": "20.20"},
            {
                "name": "third",
                "customer": ids[1],
                "owner": str(boss),
                "stage": "lost",
                "amount": "0.01",
            },
        ]
        made = records.create_many(tx, SYSTEM, "deal", deals, history=True)
        assert all(one.done for one in (*done, *made))
    return shared


def names(tx: Transaction, **asked: Any) -> list[Any]:
    """The titles of a page of customers."""
    found = query.page(tx, SYSTEM, ListRequest(entity_id="customer", **asked))
    return [one.title for one in found.records]


FILTERS: list[tuple[str, list[str]]] = [
    ('region == "North"', ["远山仪器", "Ångström Labs"]),
    ('budget > 50 and status == "signed"', ["远山仪器"]),
    ("budget is None", ["Ångström Labs"]),
    ('has_tag("industry", "retail")', ["远山仪器"]),
    ("any(deals, amount > 20)", ["远山仪器"]),
    ('owner.name == "boss" and founded >= date(2001, 1, 1)', ["远山仪器"]),
    ('contains(name, "ÅNG")', ["Ångström Labs"]),
    ("won_amount > 10", ["远山仪器"]),
    ("budget_left < 300", ["远山仪器", "重庆银行", "Ångström Labs"]),
]


@pytest.mark.parametrize(("filter", "found"), FILTERS, ids=[one[0] for one in FILTERS])
def test_filters(stocked: Company, filter: str, found: list[str]) -> None:
    with stocked.workspace.reading() as tx:
        assert names(tx, filter=filter) == found
        request = ListRequest(entity_id="customer", filter=filter)
        assert query.count(tx, SYSTEM, request) == len(found)


SEARCHES: list[tuple[str, str, list[str]]] = [
    ("two characters", "山仪", ["远山仪器"]),
    ("pinyin", "yuanshan", ["远山仪器"]),
    ("pinyin of the middle", "yinh", ["重庆银行"]),
    ("initials", "ysyq", ["远山仪器"]),
    ("digits of a phone", "0013", ["远山仪器"]),
    ("digits as written", "138-0013", ["远山仪器"]),
    ("one character", "李", ["李"]),
    ("one character within", "器", []),
    ("case and accents", "ÅNGSTRÖM", ["Ångström Labs"]),
    ("several words", "labs ång", ["Ångström Labs"]),
    ("a number", "KH202600002", ["重庆银行"]),
    ("signs only", "%_'\"", []),
    ("operators of the index", "远山 OR 李 NOT *", []),
    ("nothing", "  ", ["远山仪器", "重庆银行", "Ångström Labs", "李"]),
]


@pytest.mark.parametrize(
    ("q", "found"), [one[1:] for one in SEARCHES], ids=[one[0] for one in SEARCHES]
)
def test_search(stocked: Company, q: str, found: list[str]) -> None:
    with stocked.workspace.reading() as tx:
        assert names(tx, q=q) == found


ORDERS: list[tuple[str, list[str]]] = [
    ("budget,name", ["Ångström Labs", "重庆银行", "李", "远山仪器"]),
    ("-budget,-name", ["远山仪器", "李", "重庆银行", "Ångström Labs"]),
    ("status,-id", ["李", "重庆银行", "远山仪器", "Ångström Labs"]),
    ("founded", ["重庆银行", "Ångström Labs", "李", "远山仪器"]),
    ("-owner.name,region,id", ["远山仪器", "Ångström Labs", "重庆银行", "李"]),
    ("owner,-budget_left,id", ["李", "远山仪器", "重庆银行", "Ångström Labs"]),
]


@pytest.mark.parametrize(("sort", "found"), ORDERS, ids=[one[0] for one in ORDERS])
def test_orders_put_empty_first_ascending_and_walk_every_row_once(
    stocked: Company, sort: str, found: list[str]
) -> None:
    with stocked.workspace.reading() as tx:
        assert names(tx, sort=sort) == found
        for limit in (1, 2, 3):
            assert walked(tx, sort, limit) == found


def walked(tx: Transaction, sort: str, limit: int) -> list[Any]:
    """The titles of all pages, one after the other."""
    found: list[Any] = []
    cursor = None
    while True:
        request = ListRequest(entity_id="customer", sort=sort, limit=limit, cursor=cursor)
        page = query.page(tx, SYSTEM, request)
        found.extend(one.title for one in page.records)
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_fields_are_flat_keys_and_nothing_else(stocked: Company) -> None:
    request = ListRequest(
        entity_id="deal",
        sort="id",
        limit=1,
        count=True,
        fields=(
            "name",
            "customer.owner.name",
            "customer",
            "customer.industry",
            "stage",
            "weighted",
        ),
    )
    with stocked.workspace.reading() as tx:
        page = query.page(tx, SYSTEM, request)
        row = query.present(page)[0]
        customer = row.pop("customer")
        assert row == {
            "id": "1",
            "version": 1,
            "name": "first",
            "customer.owner.name": "boss",
            "customer.industry": ["retail", "health"],
            "stage": "won",
            "weighted": "10.10",
        }
        assert page.titles["customer", int(customer)] == "远山仪器"
        assert page.count == 3
        assert query.present(page, "zh-CN")[0]["stage"] == "won"


def test_a_filter_knows_who_asks(stocked: Company) -> None:
    for name, expected in (("boss", 3), ("wang", 0)):
        with stocked.workspace.reading() as tx:
            caller = stocked.caller(name, tx)
            page = query.page(tx, caller, ListRequest(entity_id="deal", filter="owner == me()"))
            assert len(page.records) == expected


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("filter", {"filter": "nmae == 1"}, "/filter"),
    ("no condition", {"filter": "amount"}, "/filter"),
    ("nobody is me", {"filter": "owner == me()"}, "/filter"),
    ("syntax", {"filter": "amount = 3"}, "/filter"),
    ("sort", {"sort": "-nmae"}, "/sort"),
    ("path", {"sort": "name.length"}, "/sort"),
    ("fields", {"fields": ("customer.nmae",)}, "/fields"),
    ("limit", {"limit": 501}, "/limit"),
    ("cursor", {"cursor": "bm90aGluZw"}, "/cursor"),
    ("cursor of another alphabet", {"cursor": "游标"}, "/cursor"),
    ("search", {"q": "x" * 201}, "/q"),
]


@pytest.mark.parametrize(
    ("asked", "pointer"), [one[1:] for one in BAD], ids=[one[0] for one in BAD]
)
def test_what_cannot_be_asked_is_refused(
    stocked: Company, asked: dict[str, Any], pointer: str
) -> None:
    with stocked.workspace.reading() as tx, pytest.raises(Malformed) as refused:
        query.page(tx, SYSTEM, ListRequest(entity_id="deal", **asked))
    assert {one.pointer for one in refused.value.problems} == {pointer}
    assert all("{" not in one.text("zh-CN") for one in refused.value.problems)


def test_a_cursor_belongs_to_one_list(stocked: Company) -> None:
    with stocked.workspace.reading() as tx:
        first = query.page(tx, SYSTEM, ListRequest(entity_id="deal", sort="name", limit=1))
        cursor = first.next_cursor
        assert cursor is not None
        others = [
            ListRequest(entity_id="deal", sort="-name", limit=1, cursor=cursor),
            ListRequest(entity_id="deal", sort="name", filter="amount > 1", cursor=cursor),
            ListRequest(entity_id="customer", sort="name", cursor=cursor),
            ListRequest(entity_id="deal", sort="name", cursor=cursor[:-2] + "AA"),
        ]
        for other in others:
            with pytest.raises(Malformed):
                query.page(tx, SYSTEM, other)


def test_a_shared_cursor_goes_on_with_the_rights_of_who_asks(stocked: Company) -> None:
    asked = ListRequest(entity_id="deal", sort="name", limit=1)
    with stocked.workspace.reading() as tx:
        other = stocked.caller("boss", tx)
        for shared in (False, True):
            wanted = replace(asked, shared=shared)
            second = replace(wanted, cursor=query.page(tx, SYSTEM, wanted).next_cursor)
            mine = query.page(tx, SYSTEM, second).records
            if shared:
                assert query.page(tx, other, second).records[0].id == mine[0].id
            else:
                with pytest.raises(Malformed):
                    query.page(tx, other, second)


def test_unknown_entities_are_not_there(stocked: Company) -> None:
    with stocked.workspace.reading() as tx:
        guest = stocked.caller("guest", tx)
        texts = []
        for entity in ("customer", "nothing"):
            with pytest.raises(NotFound) as refused:
                query.page(tx, guest, ListRequest(entity_id=entity))
            texts.append(refused.value.problems[0].text("en").replace(entity, "?"))
        assert texts[0] == texts[1]


ROW = st.fixed_dictionaries(
    {
        "region": st.sampled_from([None, "", "a", "b", "ä"]),
        "budget": st.sampled_from([None, "0", "1.10", "2"]),
        "founded": st.sampled_from([None, "2020-01-01", "2021-01-01"]),
    }
)
KEY = st.tuples(st.sampled_from(["", "-"]), st.sampled_from(["region", "budget", "founded", "vip"]))


def test_cursors_walk_any_order_of_any_rows(sales: Company) -> None:
    class Undone(Exception):
        """Leaves the transaction, whose rows are not kept."""

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(ROW, max_size=9), st.lists(KEY, max_size=3), st.integers(1, 4))
    def check(rows: list[dict[str, Any]], keys: list[tuple[str, str]], limit: int) -> None:
        sort = ",".join(sign + name for sign, name in keys)
        with pytest.raises(Undone), sales.workspace.writing() as tx:
            named = [{"name": str(at), **row} for at, row in enumerate(rows)]
            records.create_many(tx, SYSTEM, "customer", named)
            request = ListRequest(entity_id="customer", sort=sort, limit=100)
            whole = [one.title for one in query.page(tx, SYSTEM, request).records]
            assert walked(tx, sort, limit) == whole
            assert len(whole) == len(rows)
            raise Undone

    check()


def test_the_number_of_statements_does_not_grow_with_rows(sales: Company) -> None:
    with sales.workspace.writing() as tx:
        people = list(sales.people.values())
        for at in range(200):
            records.create_many(
                tx,
                SYSTEM,
                "customer",
                [{"name": f"c{at}", "owner": str(people[at % 4]), "industry": ["retail"]}],
            )
        customers = query.page(tx, SYSTEM, ListRequest(entity_id="customer", limit=200)).records
        deals = [
            {"name": "d", "customer": str(one.id), "stage": "won", "amount": "1"}
            for one in customers
        ]
        records.create_many(tx, SYSTEM, "deal", deals, history=True)
        sizes = {}
        for limit in (1, 200):
            request = ListRequest(
                entity_id="deal",
                limit=limit,
                count=True,
                q="d",
                sort="customer,-weighted",
                fields=("name", "customer", "customer.industry", "owner", "weighted"),
            )
            with counted(tx) as sent:
                query.page(tx, SYSTEM, request)
            sizes[limit] = len(sent)
        assert sizes[1] == sizes[200] <= 6


def test_writing_many_takes_as_many_statements_as_one(sales: Company) -> None:
    with sales.workspace.writing() as tx:
        made = records.create(tx, SYSTEM, "customer", {"name": "A"})
        person = records.create(tx, SYSTEM, "contact", {"name": "Li", "customer": str(made.id)})
        sizes = {}
        for count in (2, 300):
            rows = [
                {
                    "name": f"{count}-{at}",
                    "customer": str(made.id),
                    "contact": str(person.id),
                    "amount": "1",
                }
                for at in range(count)
            ]
            with counted(tx) as sent:
                done = records.create_many(tx, SYSTEM, "deal", rows)
            created = len(sent)
            changes = [records.Update(one.record_id or 0, 1, {"amount": "2"}) for one in done]
            with counted(tx) as sent:
                records.update_many(tx, SYSTEM, "deal", changes)
            updated = len(sent)
            with counted(tx) as sent:
                records.delete_many(tx, SYSTEM, "deal", [(one.record_id or 0, 2) for one in done])
            sizes[count] = (created, updated, len(sent))
        assert sizes[2] == sizes[300]
