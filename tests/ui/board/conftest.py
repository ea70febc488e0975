"""A boatyard on a real server, for the pages of daily work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from tests.ui.board.yard import filled_yard
from tests.ui.readers import Site, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a server with a boatyard: jobs in stages, boats, an errand, an alert."""
    home: Path = tmp_path_factory.mktemp("yard")
    with (
        Installation.open(Settings(home=home, env="test")) as installation,
        served(installation, filled_yard(installation)) as found,
    ):
        yield found
