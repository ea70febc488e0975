"""The demonstration: the workspace `demo` with sample data, made once."""

from __future__ import annotations

from fieldstone.engine import alerts, tiers
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.passwords import suggested
from fieldstone.engine.templates import shipped

from . import samples, terminal
from .terminal import say

SLUG, TEMPLATE = "demo", "crm"
EMAIL = "admin@example.com"
_UNFINISHED = "demo-unfinished"


def prepare(installation: Installation) -> list[str]:
    """Make the demonstration if there is none; returns the lines that tell how to sign in."""
    known = {one.slug for one in installation.workspaces()}
    if SLUG in known:
        return [say("demo_again", email=EMAIL), say("demo_forgotten", name=SLUG, email=EMAIL)]
    if _UNFINISHED in known:
        installation.delete_workspace(_UNFINISHED)
    password = suggested()
    admin = NewMember(name="Admin", email=EMAIL, password=password, locale=terminal.locale())
    terminal.note("demo_making")
    name = say("demo_name")
    # It takes its slug when it is whole: after a crash half a company would be served for ever.
    workspace = installation.create_workspace(_UNFINISHED, name, TEMPLATE, admin=admin)
    samples.load(workspace, samples.declared(shipped(TEMPLATE).package))
    # What the schedules would find tonight is there to be looked at now.
    tiers.run(workspace)
    alerts.run(workspace)
    installation.rename_workspace(workspace, slug=SLUG, name=name)
    return [
        say("demo_sign_in", email=EMAIL, password=password),
        say("demo_forgotten", name=SLUG, email=EMAIL),
    ]
