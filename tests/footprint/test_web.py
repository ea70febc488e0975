"""What a web process needs: memory that does not grow with what it has served, and files closed."""

from __future__ import annotations

from tests.footprint.conftest import MACHINES, Web

WARM, ALL = 200, 1_000
MOST_GROWTH = 1.02
MOST_MEMORY = 150.0
MOST_AT_FIRST = 120.0
PAGES = MACHINES // 50


def ask(web: Web, number: int) -> None:
    """One list: two of the API, no two alike, then one of the pages.

    So the first 1,000 fill what is kept of lists to a bound; what comes on top would be a leak.
    """
    price = number * 7 % MACHINES
    if number % 3:
        search = {"q": f"机床 {price:04}"} if number % 10 == 1 else {}
        found = web.call("/records/machine", filter=f"price >= {price} and not in_use", **search)
        assert found["data"]
    else:
        order = ("name", "-price", "number", "-kind")[number // 3 % 4]
        assert "机床" in web.page(f"/workshop/machine?sort={order}&q=jc")


def test_a_thousand_lists_leave_nothing_behind(web: Web) -> None:
    assert web.memory() < MOST_AT_FIRST
    # Chinese that is written needs its pinyin, which is the largest thing that is ever loaded.
    web.call("/records/machine", {"name": "重庆机床"})
    for number in range(WARM):
        ask(web, number)
    memory, files = web.own_memory(), web.open_files()
    for number in range(WARM, ALL):
        ask(web, number)
    assert web.open_files() == files
    grown = web.own_memory()
    assert web.memory() < MOST_MEMORY
    assert grown <= memory * MOST_GROWTH, (memory, grown)
    print(f"{memory:.1f} MB after {WARM} lists, {grown:.1f} MB after {ALL}")
