"""The rooms of the Studio: every test of them begins with what is in force."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.readers import Site
from tests.ui.studio.drafting import discard


@pytest.fixture(autouse=True)
def _nobody_leaves_a_draft(site: Site) -> Iterator[None]:
    """Forget what a test left in a draft."""
    yield
    discard(site)
