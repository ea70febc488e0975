"""The gallery: what ships and what was installed, each with its version, and workspaces of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fieldstone.engine import packages, samples
from fieldstone.engine.database import databases
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.stores import CONTROL
from fieldstone.ui.app import create_app
from tests.engine.packages.club import SAMPLE, documents, files, zipped

PASSWORD = "quarry-larch-1807"


@dataclass
class Gallery:
    """An installation, and a browser of somebody who administers a workspace of it."""

    installation: Installation
    web: FlaskClient
    folder: Path

    def install(
        self, version: str = "1.0.0", sample: Mapping[str, Any] = SAMPLE, **more: Any
    ) -> None:
        file = self.folder / "club.zip"
        file.write_bytes(zipped(files(documents(version, **more), sample)))
        self.installation.templates.install(packages.read(file))

    def make(self, reference: str, slug: str, **more: str) -> int:
        """Send the form of a template; returns how it is answered."""
        token = re.findall(r'name="csrf_token" value="([^"]+)"', self.web.get("/new/blank").text)[0]
        form = {"csrf_token": token, "name": "Acme", "slug": slug, **more}
        return self.web.post(f"/new/{reference}", data=form).status_code


@pytest.fixture
def gallery(home: Path, tmp_path: Path) -> Iterator[Gallery]:
    with Installation.open(Settings(home=home, env="test")) as installation:
        ada = NewMember(name="Ada", email="ada@example.com", password=PASSWORD, locale="en")
        installation.create_workspace("first", "First", "blank", admin=ada)
        web = create_app(installation).test_client()
        token = re.findall(r'name="csrf_token" value="([^"]+)"', web.get("/sign-in").text)[0]
        form = {"who": "ada@example.com", "password": PASSWORD, "csrf_token": token}
        assert web.post("/sign-in", data=form).status_code == 303
        yield Gallery(installation, web, tmp_path)


def cards(text: str) -> list[str]:
    """The templates that a page of the gallery leads to."""
    return re.findall(r'href="/new/([a-z0-9_]+)(?:\?[^"]*)?"', text)


def test_what_ships_stands_beside_what_was_installed(gallery: Gallery) -> None:
    assert cards(gallery.web.get("/new").text) == ["crm", "projects", "crm_small", "blank"]
    gallery.install("1.0.0")
    gallery.install("1.1.0")
    text = gallery.web.get("/new?name=Acme").text
    assert cards(text) == ["crm", "projects", "crm_small", "club", "blank"]
    assert "Book club" in text and "Version 1.1.0" in text and "Installed" in text
    gallery.installation.templates.remove("club")
    assert "club" not in cards(gallery.web.get("/new").text)


def test_a_look_into_a_version_makes_that_version(gallery: Gallery) -> None:
    gallery.install("1.0.0")
    gallery.install("1.1.0", plural={"en": "Volumes"})
    newest = gallery.web.get("/new/club").text
    assert 'action="/new/club%401.1.0"' in newest and "Volumes" in newest
    assert 'href="/new/club%401.0.0"' in newest and "Comes with the product" not in newest
    assert "Volumes" not in gallery.web.get("/new/club@1.0.0").text
    assert gallery.make("club@1.0.0", "old", sample="1") == 303
    with gallery.installation.workspace("old").reading() as tx:
        assert tx.app.manifest.version == "1.0.0"
        assert samples.count(tx) > 0


def test_a_workspace_begins_with_the_modules_that_are_ticked(gallery: Gallery) -> None:
    """What is loaded as a sample is there all the same, for the day when one is switched on."""
    lending = [{"name": "lending", "label": {"en": "Lending", "zh-CN": "借阅"}}]
    club = documents("1.0.0")
    club["app.json"]["modules"] = lending
    club["entities/loan.json"]["part_of"] = ["lending"]
    file = gallery.folder / "club.zip"
    file.write_bytes(zipped(files(club, SAMPLE)))
    gallery.installation.templates.install(packages.read(file))
    text = gallery.web.get("/new/club").text
    assert "Lending" in text and 'name="on" value="lending" checked' in text
    assert gallery.make("club", "all", shown="lending", on="lending") == 303
    assert gallery.make("club", "few", shown="lending", sample="1") == 303
    for slug, off in (("all", False), ("few", True)):
        with gallery.installation.workspace(slug).reading() as tx:
            assert tx.app.entity("loan").archived is off
    with gallery.installation.workspace("few").reading() as tx:
        assert samples.count(tx) > 0


def test_former_addresses_of_what_ships_lead_there(gallery: Gallery) -> None:
    text = gallery.web.get("/new/crm_template").text
    assert 'action="/new/crm%401.0.0"' in text and "Comes with the product" in text


@pytest.mark.parametrize("reference", ["clubb", "club@9", "..%2Fapps", "@", "%00"])
def test_what_is_not_there_is_not_found(reference: str, gallery: Gallery) -> None:
    gallery.install()
    assert gallery.web.get(f"/new/{reference}").status_code == 404


def test_words_of_a_package_are_words(gallery: Gallery) -> None:
    gallery.install(name="evil", plural={"en": "<script>alert(1)</script>"})
    for page in ("/new", "/new/evil"):
        text = gallery.web.get(page).text
        assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_a_sample_that_cannot_be_made_makes_no_workspace(gallery: Gallery) -> None:
    book = {**SAMPLE["book.json"], "values": {"name": {"var": "nobody"}}}
    gallery.install(sample={**SAMPLE, "book.json": book})
    assert gallery.make("club", "acme", sample="1") == 422
    assert gallery.make("club", "acme") == 303


def test_many_templates_come_by_pages(gallery: Gallery) -> None:
    for number in range(10):
        gallery.install(name=f"club_{number}")
    first = gallery.web.get("/new?name=Acme").text
    following = re.findall(r'rel="next" href="([^"]+)"', first)
    assert following == ["/new?name=Acme&amp;after=club_7"]
    second = gallery.web.get("/new?name=Acme&after=club_7").text
    assert cards(second) == ["club_8", "club_9"] and 'rel="next"' not in second
    assert len(cards(first)) == 12 and not {*cards(first)} & {*cards(second)}


def test_one_that_the_product_no_longer_understands_hides_no_other(gallery: Gallery) -> None:
    gallery.install()
    stores = databases(gallery.installation.settings)
    with stores.store(CONTROL).begin(writing=True) as connection:
        connection.exec_driver_sql("UPDATE template_package SET content = x'00', digest = 'other'")
    stores.close()
    assert cards(gallery.web.get("/new").text) == ["crm", "projects", "crm_small", "blank"]
    assert gallery.web.get("/new/club").status_code == 422
