"""The tier that a scheme has computed."""

from __future__ import annotations

from .choice import ChoiceType


class TierType(ChoiceType):
    """A band of a tier scheme; written by the scheme, never by people."""

    name = "tier"
    widget = "tier"
    computed = True
