"""Modules: the parts of the app that are switched off and on."""

from __future__ import annotations

from ..metadata.model import App, Module, label_text
from .asking import Answer, Ask


def listed(ask: Ask) -> Answer:
    """The modules of the app, whether each is on, and which it needs."""
    modules = ask.app.manifest.modules
    return Answer({"data": [_described(ask.app, one, ask.locale) for one in modules]})


def _described(app: App, module: Module, locale: str) -> dict[str, object]:
    names = {one.id: one.name for one in app.manifest.modules}
    return {
        "name": module.name,
        "label": module.text(locale),
        "description": label_text(module.description, locale, ""),
        "on": not module.off,
        "needs": [names.get(one, one) for one in module.needs],
    }
