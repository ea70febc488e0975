"""What the product itself declares: fields of every entity, companions of fields, and `member`."""

from __future__ import annotations

from collections.abc import Mapping

from .model import Entity, Field, Labels

MEMBER = "member"

_SYSTEM: tuple[tuple[str, str, Labels], ...] = (
    ("id", "integer", {"en": "Record number", "zh-CN": "记录号"}),
    ("version", "integer", {"en": "Version", "zh-CN": "版本号"}),
    ("created_at", "datetime", {"en": "Created at", "zh-CN": "创建时间"}),
    ("created_by", "member", {"en": "Created by", "zh-CN": "创建人"}),
    ("updated_at", "datetime", {"en": "Updated at", "zh-CN": "更新时间"}),
    ("updated_by", "member", {"en": "Updated by", "zh-CN": "更新人"}),
    ("deleted_at", "datetime", {"en": "Deleted at", "zh-CN": "删除时间"}),
    ("origin", "text", {"en": "Origin", "zh-CN": "数据来源"}),
)
_MEMBER: tuple[tuple[str, str, Labels], ...] = (
    ("name", "text", {"en": "Name", "zh-CN": "姓名"}),
    ("email", "text", {"en": "E-mail", "zh-CN": "邮箱"}),
    ("mobile", "text", {"en": "Mobile", "zh-CN": "手机"}),
    ("user_name", "text", {"en": "User name", "zh-CN": "用户名"}),
    ("team", "text", {"en": "Department", "zh-CN": "部门"}),
    ("manager", "member", {"en": "Manager", "zh-CN": "直属上级"}),
    ("active", "boolean", {"en": "Active", "zh-CN": "在用"}),
)


def _field(name: str, kind: str, label: Labels) -> Field:
    return Field(
        id=name,
        name=name,
        type=kind,
        label=label,
        system=True,
        read_only=True,
        to=MEMBER if kind == "member" else None,
        max_length=200 if kind == "text" else None,
    )


SYSTEM_FIELDS: tuple[Field, ...] = tuple(_field(*one) for one in _SYSTEM)
"""The fields that every declared entity has, after its own."""

SYSTEM_NAMES = frozenset(one.id for one in SYSTEM_FIELDS)

MEMBER_ENTITY = Entity(
    id=MEMBER,
    name=MEMBER,
    label={"en": "Member", "zh-CN": "成员"},
    plural={"en": "Members", "zh-CN": "成员"},
    icon="user",
    title="name",
    fields=(
        *(_field(*one) for one in _MEMBER),
        _field("id", "integer", _SYSTEM[0][2]),
        _field("created_at", "datetime", _SYSTEM[2][2]),
    ),
    system=True,
)
"""The people of the workspace, as an entity that references and paths may reach."""

SYSTEM_ENTITIES: Mapping[str, Entity] = {MEMBER: MEMBER_ENTITY}


def companions(field: Field) -> tuple[Field, ...]:
    """The columns that accompany a field and are kept by the product.

    A stage, or a choice with transitions: `<field>_entered_at`. A tier: `<field>_since` and
    `<field>_before`. An owner: `<field>_since`. Ids follow the field's id, names its name.
    """
    if field.family == "stage" or (field.family == "choice" and field.transitions is not None):
        return (_companion(field, "entered_at", "datetime", " entered at", "进入时间"),)
    if field.family == "owner":
        return (_companion(field, "since", "datetime", " since", "起始时间"),)
    if field.family == "tier":
        return (
            _companion(field, "since", "datetime", " since", "起始时间"),
            _companion(field, "before", "tier", " before", "（此前）"),
        )
    return ()


def _companion(field: Field, suffix: str, kind: str, english: str, chinese: str) -> Field:
    label = {
        locale: text + (chinese if locale.startswith("zh") else english)
        for locale, text in field.label.items()
    }
    return Field(
        id=f"{field.id}_{suffix}",
        name=f"{field.name}_{suffix}",
        aliases=tuple(f"{alias}_{suffix}" for alias in field.aliases),
        type=kind,
        label=label,
        archived=field.archived,
        read_only=True,
        system=True,
        scheme=field.scheme if kind == "tier" else None,
        options=field.options if kind == "tier" else (),
    )
