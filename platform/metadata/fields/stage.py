"""Where a record stands in its entity's pipeline."""

from __future__ import annotations

from .choice import ChoiceType


class StageType(ChoiceType):
    """A stage of the pipeline; moves go through its guards."""

    name = "stage"
    widget = "stage"
