"""A machine of each test's own in the lists of the workshop."""

from collections.abc import Iterator

import pytest

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.gridding import NAME
from tests.ui.readers import Site


@pytest.fixture
def machine(site: Site) -> Iterator[int]:
    """Return a machine of the test's own, last of all by its name."""
    with site.workspace.writing() as tx:
        values = {"name": NAME, "kind": "lathe", "price": "5", "keeper": "1"}
        number = records.create(tx, SYSTEM, "machine", values).id
    yield number
    with site.workspace.writing() as tx:
        now = records.get(tx, SYSTEM, "machine", number)
        records.delete(tx, SYSTEM, "machine", number, now.version)
