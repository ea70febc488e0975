"""Templates: what a workspace can begin from, those that ship and those that were installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from ..metadata.build import build
from ..metadata.documents import Document, read_document
from ..metadata.model import App, Manifest
from ..metadata.model.named import Labels, label_text
from ..metadata.resolve import to_ids
from .errors import Conflict, NotFound, unknown
from .packages import Kept, Package, Packages, newest, order, other_content, read_shipped
from .samples import Declaration

_PACKAGE = "fieldstone.apps"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A version of a template as it is listed; `kept` is where it was installed, if it was."""

    name: str
    version: str
    label: Labels
    description: Labels
    kept: Kept | None = field(default=None, repr=False)

    @property
    def source(self) -> Literal["shipped", "installed"]:
        """Where it is from."""
        return "installed" if self.kept else "shipped"

    @property
    def reference(self) -> str:
        """What names this version alone: `crm@1.0.0`."""
        return f"{self.name}@{self.version}"

    def text(self, locale: str) -> str:
        """What a reader of `locale` calls it."""
        return label_text(self.label, locale, self.name)


@dataclass(frozen=True)
class Template:
    """A version of a template with all that it holds."""

    entry: Entry
    package: Package

    @property
    def documents(self) -> tuple[Document, ...]:
        """Its documents, in names."""
        return self.package.documents

    @property
    def app(self) -> App:
        """What its documents declare."""
        return self.package.app

    @property
    def sample(self) -> Declaration | None:
        """Its sample data, if it has any."""
        return self.package.sample


class Templates:
    """The templates of an installation, by name and version.

    A reference is a name, which means the newest version (a pre-release only where there is no
    other), or `name@version`. A name that ships may be written as its folder is called:
    `crm_template` is `crm`. Nothing that was installed takes the place of a version that ships.
    """

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    def listed(self) -> tuple[Entry, ...]:
        """Every version of every template: names that ship first, of each the newest first."""
        return tuple(one for versions in self._all().values() for one in versions)

    def newest(self) -> tuple[Entry, ...]:
        """The newest version of every template, in the order of `listed`."""
        return tuple(_newest(versions) for versions in self._all().values())

    def versions(self, name: str) -> tuple[Entry, ...]:
        """The versions of a template, the newest first; NotFound if there is none."""
        known = self._all()
        versions = known.get(_own_name(name))
        if versions is None:
            raise NotFound(unknown("template.unknown", name, {*known, *_folders()}))
        return tuple(versions)

    def get(self, reference: str) -> Template:
        """The template of a reference; NotFound if there is none, or not that version."""
        name, at, version = reference.partition("@")
        versions = self.versions(name)
        entry = _version(versions, version) if at else _newest(versions)
        if entry.kept is None:
            return shipped(entry.name)
        return Template(entry, self._packages.open(entry.kept))

    def install(self, package: Package) -> bool:
        """Install a package for all workspaces to come; False if the very same is there.

        Conflict if that version is there with other content, if the name means one that ships, or
        if there is no room.
        """
        own = _own_name(package.name)
        if own != package.name:
            raise Conflict.because("package.name_kept", pointer="/name", name=own)
        if own in _shipped() and shipped(own).package.version == package.version:
            if shipped(own).package.digest != package.digest:
                raise other_content(package)
            return False
        return self._packages.install(package)

    def remove(self, name: str, version: str | None = None) -> tuple[str, ...]:
        """Remove a version of a template, or all that were installed; the versions that are gone.

        Workspaces that were made from them stay as they are. Conflict for what ships, NotFound for
        what is not there.
        """
        removed = self._packages.remove(_own_name(name), version)
        if not removed:
            versions = self.versions(name)
            if version is not None:
                _version(versions, version)
            raise Conflict.because("template.ships", name=versions[0].name)
        return removed

    def _all(self) -> Mapping[str, Sequence[Entry]]:
        known: dict[str, dict[str, Entry]] = {
            name: {one.version: one} for name, (one, _) in _shipped().items()
        }
        for kept in self._packages.listed():
            known.setdefault(kept.name, {}).setdefault(kept.version, _installed(kept))
        return {name: _newest_first(versions.values()) for name, versions in known.items()}


@cache
def shipped(name: str) -> Template:
    """A template of those that ship, by its name or its folder's; NotFound if there is none."""
    found = _shipped().get(_own_name(name))
    if found is None:
        raise NotFound(unknown("template.unknown", name, {*_shipped(), *_folders()}))
    entry, folder = found
    return Template(entry, read_shipped(folder))


def shipped_names() -> tuple[str, ...]:
    """The names of the templates that ship, in order."""
    return tuple(_shipped())


@cache
def _shipped() -> Mapping[str, tuple[Entry, Path]]:
    """What is listed of each template that ships, and its folder, by name."""
    found = {}
    for path in sorted(Path(str(files(_PACKAGE))).glob("*/app.json")):
        document, _ = read_document(path.read_bytes(), path.name)
        if document is None:
            raise AssertionError(f"{path} is no document")
        found[document.name] = (_listed(build(to_ids([document]).documents).manifest), path.parent)
    return dict(sorted(found.items()))


def _own_name(name: str) -> str:
    """The name of a template that is called as the folder of one that ships."""
    return _folders().get(name, name)


def _folders() -> Mapping[str, str]:
    """The names of the templates that ship, by those of their folders."""
    return {folder.name: name for name, (_, folder) in _shipped().items()}


def _listed(manifest: Manifest) -> Entry:
    return Entry(
        name=manifest.name,
        version=manifest.version,
        label=manifest.label,
        description=manifest.description,
    )


def _installed(kept: Kept) -> Entry:
    return Entry(
        name=kept.name,
        version=kept.version,
        label=kept.label,
        description=kept.description,
        kept=kept,
    )


def _newest_first(entries: Iterable[Entry]) -> Sequence[Entry]:
    return sorted(entries, key=lambda one: order(one.version), reverse=True)


def _newest(versions: Sequence[Entry]) -> Entry:
    wanted = newest(one.version for one in versions)
    return next(one for one in versions if one.version == wanted)


def _version(versions: Sequence[Entry], version: str) -> Entry:
    found = next((one for one in versions if one.version == version), None)
    if found is None:
        known = ", ".join(one.version for one in versions)
        raise NotFound.because(
            "template.no_version", name=versions[0].name, version=version, known=known
        )
    return found
