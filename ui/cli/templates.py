"""Templates: `fieldstone template install`, `list`, `show`, `remove` and `pack`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from fieldstone.engine import packages
from fieldstone.engine.installation import Installation
from fieldstone.engine.packages import Package
from fieldstone.engine.templates import Entry, Template
from fieldstone.metadata.model import Entity

from . import opening, terminal
from .shape import command, group, json_option, option
from .terminal import say, tell

_SOURCE = click.Path(path_type=Path, exists=True)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_NEW_FILE = click.Path(path_type=Path, dir_okay=False)


@command("template.install")
@click.argument("source", metavar="FILE|FOLDER", type=_SOURCE)
@json_option
def install(source: Path, as_json: bool) -> None:
    package = packages.read(source)
    with opening.installation() as installation:
        new = installation.templates.install(package)
    if as_json:
        terminal.print_json({"name": package.name, "version": package.version, "installed": new})
        return
    tell("template_installed" if new else "template_there", **_named(package))


@command("template.list")
@json_option
def listed(as_json: bool) -> None:
    with opening.installation() as installation:
        entries = installation.templates.listed()
    if as_json:
        terminal.print_json({"templates": [_entry_json(one) for one in entries]})
        return
    heads = [say(f"head.{one}") for one in ("name", "version", "title", "source")]
    locale = terminal.locale()
    rows = [(e.name, e.version, e.text(locale), say(f"template_from.{e.source}")) for e in entries]
    terminal.print_table(heads, rows)


@command("template.show")
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    with opening.installation() as installation:
        found = installation.templates.get(name)
        versions = installation.templates.versions(found.entry.name)
    if as_json:
        terminal.print_json(_template_json(found, versions))
    else:
        _show(found, versions)


@command("template.remove")
@click.argument("name")
@option("--version", metavar="VERSION", help="template_version")
@json_option
def remove(name: str, version: str | None, as_json: bool) -> None:
    with opening.installation() as installation:
        removed = installation.templates.remove(name, version)
    if as_json:
        terminal.print_json({"removed": list(removed)})
    else:
        tell("template_removed", name=name, versions=", ".join(removed))


@command("template.pack")
@click.argument("folder", type=_FOLDER)
@click.argument("file", type=_NEW_FILE)
def pack(folder: Path, file: Path) -> None:
    package = packages.read(folder)
    file.write_bytes(package.packed())
    tell("template_packed", file=file, **_named(package))


def named(installation: Installation, template: str) -> Package:
    """A template by its name, or the folder or zip itself where it is written as a path."""
    if os.sep in template:
        return packages.read(Path(template))
    return installation.templates.get(template).package


def _named(package: Package) -> dict[str, str]:
    return {"name": package.name, "version": package.version}


def _show(found: Template, versions: tuple[Entry, ...]) -> None:
    """What a template declares, a line a thing, and what its author says of it."""
    locale, app = terminal.locale(), found.app
    tell("template_title", title=found.entry.text(locale), reference=found.entry.reference)
    tell("template_versions", versions=", ".join(one.version for one in versions))
    heads = [say(f"head.{one}") for one in ("entity", "title", "fields", "stages")]
    terminal.print_table(
        heads,
        [
            (one.name, one.text(locale), len(_fields(one)), " > ".join(_stages(one, locale)))
            for one in _entities(found)
        ],
    )
    if app.rules:
        tell("template_rules", names=", ".join(one.text(locale) for one in app.rules.values()))
    tell("template_roles", names=", ".join(one.text(locale) for one in app.roles.values()))
    tell("template_sample" if found.sample else "template_no_sample")
    if found.package.readme:
        click.echo(f"\n{found.package.readme.rstrip()}")


def _template_json(found: Template, versions: tuple[Entry, ...]) -> dict[str, object]:
    kinds: dict[str, list[str]] = {}
    for document in found.documents:
        kinds.setdefault(document.kind, []).append(document.name)
    return {
        **_entry_json(found.entry),
        "versions": [one.version for one in versions],
        "documents": kinds,
        "sample": found.sample is not None,
        "readme": found.package.readme,
    }


def _entry_json(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "version": entry.version,
        "title": entry.text(terminal.locale()),
        "source": entry.source,
        "installed_at": entry.kept.installed_at if entry.kept else None,
    }


def _entities(found: Template) -> list[Entity]:
    everything = found.app.entities.values()
    return [one for one in everything if not one.system and not one.archived]


def _fields(entity: Entity) -> list[str]:
    return [one.name for one in entity.live_fields if not one.system]


def _stages(entity: Entity, locale: str) -> list[str]:
    return [one.text(locale) for one in entity.pipeline.stages] if entity.pipeline else []


COMMANDS = (group("template", install, listed, show, remove, pack),)
