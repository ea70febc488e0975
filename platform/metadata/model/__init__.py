"""The model: what a workspace's documents declare, as immutable values."""

from .answers import kept_with_app
from .app import (
    App,
    Manifest,
)
from .entities import (
    Check,
    ChecklistItem,
    Comparison,
    Default,
    DuplicateKey,
    Entity,
    Field,
    Pipeline,
    Stage,
    TagDimension,
    UniqueGroup,
)
from .figures import (
    Card,
    Dashboard,
    Measured,
    Metric,
)
from .named import (
    Called,
    Labels,
    Named,
    Option,
    label_text,
)
from .pages import (
    Column,
    EntityAccess,
    Form,
    FormField,
    FormSection,
    MenuItem,
    Module,
    Role,
    Sort,
    View,
)
from .rules import (
    Action,
    AlertRule,
    Band,
    Setting,
    TierScheme,
)
from .work_calendar import (
    Holiday,
    Hours,
    WorkCalendar,
)

__all__ = [
    "Action",
    "AlertRule",
    "App",
    "Band",
    "Called",
    "Card",
    "Check",
    "ChecklistItem",
    "Column",
    "Comparison",
    "Dashboard",
    "Default",
    "DuplicateKey",
    "Entity",
    "EntityAccess",
    "Field",
    "Form",
    "FormField",
    "FormSection",
    "Holiday",
    "Hours",
    "Labels",
    "Manifest",
    "Measured",
    "MenuItem",
    "Metric",
    "Module",
    "Named",
    "Option",
    "Pipeline",
    "Role",
    "Setting",
    "Sort",
    "Stage",
    "TagDimension",
    "TierScheme",
    "UniqueGroup",
    "View",
    "WorkCalendar",
    "kept_with_app",
    "label_text",
]
