"""The command line's look at the history: whole, or where it is broken."""

import pytest
import sqlalchemy as sa

from fieldstone.engine.audit import sealing
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import FIELD_CHANGE
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from tests.cli.conftest import Run, printed


def sealed(environ: dict[str, str | None], *, forged: bool = False) -> None:
    """Have the history sealed, and put a row into it afterwards."""
    settings = Settings.read({key: text for key, text in environ.items() if text}, env_file=None)
    with Installation.open(settings) as opened:
        sealing.plan(opened)
        for workspace_id, job_id in tick(opened):
            worker.do(opened, workspace_id, job_id)
        if forged:
            values = {"entity": "deal", "record_id": 1, "field": "name", "change_id": 1}
            with opened.workspace("shop").writing() as tx:
                tx.connection.execute(sa.insert(FIELD_CHANGE).values(values))


def test_a_whole_history_is_told_with_its_last_link(
    shop: Run, environ: dict[str, str | None]
) -> None:
    assert printed(shop("audit", "verify", "shop", "--json"))["entries"] == 0
    sealed(environ)
    found = printed(shop("audit", "verify", "shop", "--json"))
    assert (found["fault"], found["unsealed"]) == (None, 0)
    said = shop("audit", "verify", "shop").stdout
    assert f"{found['entries']} entries" in said and found["link"] in said


@pytest.mark.parametrize(("locale", "words"), [("en", "was inserted later"), ("zh-CN", "事后插入")])
def test_a_broken_history_fails_and_says_where(
    shop: Run, environ: dict[str, str | None], locale: str, words: str
) -> None:
    sealed(environ, forged=True)
    said = shop("audit", "verify", "shop", code=1, locale=locale).stderr
    assert words in said and "_field_change" in said
    fault = printed(shop("audit", "verify", "shop", "--json", code=1))["fault"]
    assert (fault["kind"], fault["table"], fault["change_set"]) == (
        "inserted",
        "_field_change",
        "1",
    )
