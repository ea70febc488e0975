"""Fixtures of the template's tests: a workspace of the CRM template with its sample."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from fieldstone.engine import samples
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.templates import shipped
from fieldstone.engine.workspaces import Workspace
from tests.apps.figures import ZONE, Figures

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
SCALE = 0.1
ADMIN = "ada"


@dataclass
class Demo:
    """A workspace with its sample: what was loaded, what was told of it, and what it should be.

    Its administrator stands for one of the sellers.
    """

    workspace: Workspace
    loaded: samples.Loaded
    figures: Figures
    told: list[tuple[int, int]] = field(default_factory=list)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """Return a workspace with a tenth of the sample, loaded once on each kind of database."""
    declaration = shipped("crm").sample
    assert declaration is not None
    with _address(request) as url:
        settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url, env="test")
        with Installation.open(settings, FixedClock(NOW)) as installation:
            admin = NewMember(name="Ada", user_name=ADMIN)
            workspace = installation.create_workspace("stone", "石田仪表", "crm", admin=admin)
            told: list[tuple[int, int]] = []
            loaded = samples.load(
                workspace,
                declaration,
                scale=SCALE,
                progress=lambda done, whole: told.append((done, whole)),
            )
            figures = Figures(samples.make(declaration, NOW, ZONE, scale=SCALE), NOW)
            yield Demo(workspace, loaded, figures, told)


@contextmanager
def _address(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url
