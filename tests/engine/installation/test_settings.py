"""Settings are read from variables and a `.env` file, and refused where they are wrong."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldstone.engine.clock import FileClock, FixedClock, SystemClock, zone
from fieldstone.engine.settings import Settings, described
from fieldstone.metadata.problems import ProblemsError

WRONG = {
    "misspelt": ({"FIELDSTONE_DATABASE_ULR": "x"}, ["setting.unknown"]),
    "unknown altogether": ({"FIELDSTONE_ZZZ": "x"}, ["setting.unknown"]),
    "another database": ({"FIELDSTONE_DATABASE_URL": "mysql://x"}, ["setting.unreadable"]),
    "environment": ({"FIELDSTONE_ENV": "staging"}, ["setting.unreadable"]),
    "short key": ({"FIELDSTONE_SECRET_KEY": "changeme"}, ["setting.unreadable"]),
    "even key": ({"FIELDSTONE_SECRET_KEY": "a" * 40}, ["setting.unreadable"]),
    "clock in production": (
        {"FIELDSTONE_CLOCK": "2026-03-05T09:00:00Z"},
        ["setting.not_here"],
    ),
    "clock without offset": (
        {"FIELDSTONE_CLOCK": "2026-03-05T09:00:00", "FIELDSTONE_ENV": "test"},
        ["setting.unreadable"],
    ),
    "fail point in a demo": (
        {"FIELDSTONE_FAIL_AT": "x:1", "FIELDSTONE_ENV": "demo"},
        ["setting.not_here"],
    ),
    "all at once": (
        {"FIELDSTONE_PROXIES": "-1", "FIELDSTONE_SESSION_HOURS": "0", "FIELDSTONE_LOG_JSON": "?"},
        ["setting.unreadable"] * 3,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_settings_are_refused(name: str) -> None:
    environ, problems = WRONG[name]
    with pytest.raises(ProblemsError) as caught:
        Settings.read(environ, None)
    assert [one.id for one in caught.value.problems] == problems
    for one in caught.value.problems:
        assert one.text("zh-CN") != one.id


def test_the_nearest_name_is_told() -> None:
    with pytest.raises(ProblemsError) as caught:
        Settings.read({"FIELDSTONE_DATABASE_ULR": "x"}, None)
    assert caught.value.problems[0].params["nearest"] == "FIELDSTONE_DATABASE_URL"


def test_without_variables_everything_has_a_default() -> None:
    settings = Settings.read({"PATH": "/bin", "FIELDSTONE_TEST_POSTGRES": "x"}, None)
    assert settings == Settings()
    assert settings.dialect == "sqlite"
    assert isinstance(settings.make_clock(), SystemClock)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# ours\n\nexport FIELDSTONE_ENV=demo\nFIELDSTONE_LISTEN='0.0.0.0:80'\nOTHER=1\n", "utf-8"
    )
    settings = Settings.read({"FIELDSTONE_ENV": "test"}, file)
    assert (settings.env, settings.listen) == ("test", "0.0.0.0:80")


def test_a_line_of_the_file_that_says_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("FIELDSTONE_ENV=test\nhello there\n", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        Settings.read({}, file)
    assert [(one.id, one.params["line"]) for one in caught.value.problems] == [("setting.line", 2)]


def test_every_setting_is_described() -> None:
    assert all(one.description.endswith(".") for one in described())
    assert "FIELDSTONE_HOME" in [one.variable for one in described()]


def test_the_key_is_made_once_and_only_for_the_owner(home: Path) -> None:
    first, second = Settings(home=home).key(), Settings(home=home).key()
    assert first == second and len(first) >= 32
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret_key"]


def test_a_clock_is_fixed_or_read_from_a_file(tmp_path: Path) -> None:
    given = {"FIELDSTONE_ENV": "test", "FIELDSTONE_CLOCK": "2026-03-05T17:00:00+08:00"}
    clock = Settings.read(given, None).make_clock()
    assert isinstance(clock, FixedClock)
    assert clock.now() == datetime(2026, 3, 5, 9, tzinfo=UTC)
    file = tmp_path / "clock"
    file.write_text("2026-03-05T09:00:00Z\n", "utf-8")
    moved = Settings.read({**given, "FIELDSTONE_CLOCK": f"file:{file}"}, None).make_clock()
    assert isinstance(moved, FileClock)
    assert moved.now() == clock.now()


def test_zones_come_from_the_pinned_package() -> None:
    import zoneinfo

    assert zoneinfo.TZPATH == ()
    assert zone("Asia/Shanghai").key == "Asia/Shanghai"
