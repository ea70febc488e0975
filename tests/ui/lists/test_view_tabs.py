"""Views beside the title of a list: as many as have room, the rest in a menu."""

from fieldstone.ui.show.lists import Tab
from fieldstone.ui.show.view_tabs import shared


def texts(tabs: tuple[Tab, ...]) -> list[str]:
    return [one.text for one in tabs]


def test_four_short_views_stand_beside_the_title() -> None:
    beside, more = shared(
        [Tab(one, "/") for one in ("全部", "今日需联系", "资料不完整", "我的", "其他")]
    )
    assert texts(beside) == ["全部", "今日需联系", "资料不完整", "我的"]
    assert texts(more) == ["其他"]


def test_long_views_go_to_the_menu_instead_of_being_cut() -> None:
    beside, more = shared(
        [
            Tab("All deals", "/", current=True),
            Tab("Expected close passed", "/"),
            Tab("Expected to close this month", "/"),
            Tab("Lost", "/"),
        ]
    )
    assert texts(beside) == ["All deals", "Expected close passed"]
    assert texts(more) == ["Expected to close this month", "Lost"]


def test_the_current_view_is_always_in_sight_whatever_its_length() -> None:
    beside, more = shared([Tab("All", "/"), Tab("Mine", "/"), Tab("x" * 200, "/", current=True)])
    assert texts(beside) == ["x" * 200]
    assert texts(more) == ["All", "Mine"]
