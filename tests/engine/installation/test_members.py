"""Members join with accounts, have roles, and never leave a workspace without administrators."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import access, members
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import Member, NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import CHANGE, FIELD_CHANGE
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of

PASSWORD = "correct horse battery"
DOCUMENTS: list[dict[str, Any]] = [
    {
        "kind": "app",
        "name": "desk",
        "locales": ["en", "zh-CN"],
        "default_locale": "zh-CN",
        "time_zone": "Europe/Berlin",
    },
    {"kind": "role", "name": "admin", "metadata": True, "members": True},
    {"kind": "role", "name": "office", "label": "Office", "members": True},
    {"kind": "role", "name": "sales", "aliases": ["seller"]},
    {"kind": "role", "name": "former", "archived": True},
]


@pytest.fixture
def installation(settings: Settings, clock: FixedClock) -> Iterator[Installation]:
    """Return an installation without workspaces."""
    with Installation.open(settings, clock) as opened:
        yield opened


@pytest.fixture
def make(installation: Installation) -> Callable[[str], Workspace]:
    """Return what makes a workspace of that slug, administered by ann@<slug>.example.com."""

    def make_one(slug: str) -> Workspace:
        ann = NewMember(name="Ann", email=f"ann@{slug}.example.com", password=PASSWORD)
        documents = [document_of(one) for one in DOCUMENTS]
        return installation.create_workspace(slug, slug.title(), documents, admin=ann)

    return make_one


@pytest.fixture
def workspace(make: Callable[[str], Workspace]) -> Workspace:
    """Return a workspace with one member, Ann, its administrator."""
    return make("acme")


def test_the_first_member_administers(installation: Installation, workspace: Workspace) -> None:
    ann = found(workspace, "ann@acme.example.com")
    assert (ann.name, ann.roles, ann.active) == ("Ann", ("admin",), True)
    with workspace.reading() as tx:
        assert members.administrators(tx) == (ann,)
        assert tx.zone.key == "Europe/Berlin"
    account = installation.control.accounts.sign_in("ann@acme.example.com", PASSWORD).account
    assert [one.slug for one in installation.control.workspaces_of(account.id)] == ["acme"]
    with workspace.reading() as tx:
        assert members.get(tx, ann.id).account == account.id


def test_a_member_is_added_with_roles_by_name(workspace: Workspace) -> None:
    bob = add(workspace, user_name="bob", roles=("seller", "office"), team="East")
    assert (bob.roles, bob.team, bob.user_name) == (("office", "sales"), "East", "bob")
    with workspace.reading() as tx:
        assert [one.name for one in members.listed(tx)] == ["Ann", "Bob"]


def test_a_new_account_reads_the_language_of_the_app_or_its_own(workspace: Workspace) -> None:
    add(workspace, user_name="bob", locale="en")
    add(workspace, user_name="bei")
    accounts = workspace.control.accounts
    for name, locale in (("ann@acme.example.com", "zh-CN"), ("bob", "en"), ("bei", "zh-CN")):
        account = accounts.find(name)
        assert account is not None and account.locale == locale


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown role": ({"roles": ("slaes",)}, "member.role_unknown_near"),
    "archived role": ({"roles": ("former",)}, "member.role_unknown"),
    "no name": ({"name": " "}, "member.name"),
    "unknown manager": ({"manager": 99}, "member.manager_unknown"),
    "nothing to sign in by": ({"user_name": None}, "account.no_name"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_members(workspace: Workspace, name: str) -> None:
    values, problem = WRONG[name]
    with pytest.raises(Invalid) as caught:
        add(workspace, **{"user_name": "bob", **values})
    assert [one.id for one in caught.value.problems] == [problem]
    with workspace.reading() as tx:
        assert len(members.listed(tx)) == 1


def test_one_account_in_two_workspaces(
    installation: Installation, workspace: Workspace, make: Callable[[str], Workspace]
) -> None:
    beta = make("beta")
    joined = add(beta, email="Ann@Acme.example.com", password="never used at all")
    ann = found(workspace, "ann@acme.example.com")
    assert joined.account == ann.account
    control = installation.control
    assert control.accounts.sign_in("ann@acme.example.com", PASSWORD)
    assert [one.slug for one in control.workspaces_of(str(ann.account))] == ["acme", "beta"]
    with pytest.raises(Conflict) as caught:
        add(beta, email="ann@acme.example.com")
    assert caught.value.problems[0].id == "member.exists"


def test_a_user_name_never_takes_somebody_elses_account(
    workspace: Workspace, make: Callable[[str], Workspace]
) -> None:
    add(workspace, user_name="bob")
    with pytest.raises(Conflict) as caught:
        add(make("beta"), user_name="bob")
    assert [one.pointer for one in caught.value.problems] == ["/user_name"]


def test_two_accounts_are_not_one_member(workspace: Workspace) -> None:
    add(workspace, email="bob@example.com")
    add(workspace, mobile="13812345678")
    with pytest.raises(Conflict) as caught:
        add(workspace, email="bob@example.com", mobile="13812345678")
    assert caught.value.problems[0].id == "account.two"


def test_the_last_administrator_stays(workspace: Workspace) -> None:
    ann = found(workspace, "ann@acme.example.com")
    caller = calling(workspace, ann)
    refused: list[Callable[[], Any]] = [
        lambda: members.set_roles(workspace, caller, ann.id, ["sales"]),
        lambda: members.set_active(workspace, caller, ann.id, False),
        lambda: members.set_active(workspace, SYSTEM, ann.id, False),
    ]
    for work in refused:
        with pytest.raises(Conflict) as caught:
            work()
        assert caught.value.problems[0].id == "member.last_administrator"
    assert found(workspace, "ann@acme.example.com") == ann
    bob = add(workspace, user_name="bob", roles=("admin",))
    assert members.set_roles(workspace, caller, ann.id, ["sales"]).roles == ("sales",)
    with pytest.raises(Conflict):
        members.set_roles(workspace, SYSTEM, bob.id, [])


def test_roles_may_not_take_the_last_administrator_away(workspace: Workspace) -> None:
    with workspace.reading() as tx:
        members.require_administrator(tx, tx.app)
        without = replace(tx.app, hash="other", roles={})
        with pytest.raises(Conflict):
            members.require_administrator(tx, without)


def test_only_who_may_manages_members(workspace: Workspace) -> None:
    seller = calling(workspace, add(workspace, user_name="sam", roles=("sales",)))
    office = calling(workspace, add(workspace, user_name="olga", roles=("office",)))
    ann = found(workspace, "ann@acme.example.com")
    with pytest.raises(Forbidden) as caught:
        members.add(workspace, seller, NewMember(name="X", user_name="xx"))
    assert caught.value.problems[0].id == "member.not_allowed"
    xi = members.add(workspace, office, NewMember(name="X", user_name="xi", roles=("office",)))
    refused: list[Callable[[], Any]] = [
        lambda: members.set_roles(workspace, office, xi.id, ["admin"]),
        lambda: members.set_roles(workspace, office, ann.id, []),
        lambda: members.set_password(workspace, office, ann.id, "another horse battery"),
        lambda: members.set_active(workspace, office, ann.id, False),
        lambda: members.add(
            workspace, office, NewMember(name="Y", user_name="yy", roles=("admin",))
        ),
    ]
    for work in refused:
        with pytest.raises(Forbidden) as caught:
            work()
        assert caught.value.problems[0].id == "member.above_own"
    assert workspace.control.accounts.find("yy") is None


def test_a_deactivated_member_is_out_at_once(
    installation: Installation, workspace: Workspace
) -> None:
    bob = add(workspace, user_name="bob", password=PASSWORD)
    control = installation.control
    reference = control.accounts.sign_in("bob", PASSWORD).reference
    token = control.tokens.create(
        account_id=str(bob.account), workspace_id=workspace.id, member_id=bob.id, name="T"
    )
    members.set_active(workspace, SYSTEM, bob.id, False)
    assert control.sessions.find(reference) is None
    assert control.tokens.find(token) is None
    assert control.workspaces_of(str(bob.account)) == ()
    with workspace.reading(bob.account) as tx:
        assert tx.asker is None
    assert members.set_active(workspace, SYSTEM, bob.id, True).active
    assert [one.slug for one in control.workspaces_of(str(bob.account))] == ["acme"]


def test_a_password_is_reset_only_by_its_own_administrator(
    installation: Installation, workspace: Workspace, make: Callable[[str], Workspace]
) -> None:
    control = installation.control
    ann = calling(workspace, found(workspace, "ann@acme.example.com"))
    bob = add(workspace, email="bob@example.com", password=PASSWORD)
    reference = control.accounts.sign_in("bob@example.com", PASSWORD).reference
    members.set_password(workspace, ann, bob.id, "another horse battery")
    assert control.sessions.find(reference) is None
    with pytest.raises(Unauthenticated):
        control.accounts.sign_in("bob@example.com", PASSWORD)
    assert control.accounts.sign_in("bob@example.com", "another horse battery")
    with pytest.raises(Invalid):
        members.set_password(workspace, ann, bob.id, "short")
    add(make("beta"), email="bob@example.com")
    with pytest.raises(Forbidden) as caught:
        members.set_password(workspace, ann, bob.id, PASSWORD)
    assert caught.value.problems[0].id == "member.shared_account"


def test_managers_do_not_go_in_circles(workspace: Workspace) -> None:
    ann = found(workspace, "ann@acme.example.com")
    bob = add(workspace, user_name="bob", manager=ann.id)
    cai = add(workspace, user_name="cai", manager=bob.id)
    changed = members.update(workspace, SYSTEM, ann.id, name="Ann B", team="East", manager=None)
    assert (changed.name, changed.team) == ("Ann B", "East")
    for manager in (ann.id, bob.id, cai.id):
        with pytest.raises(Invalid) as caught:
            members.update(workspace, SYSTEM, ann.id, name="Ann", team=None, manager=manager)
        assert caught.value.problems[0].id == "member.manager_circle"


def test_changes_of_members_are_history_without_secrets(workspace: Workspace) -> None:
    ann = found(workspace, "ann@acme.example.com")
    bob = add(workspace, user_name="bob", roles=("sales",))
    caller = calling(workspace, ann)
    members.set_roles(workspace, caller, bob.id, ["office"])
    members.set_roles(workspace, caller, bob.id, ["office"])
    members.set_password(workspace, caller, bob.id, PASSWORD)
    query = (
        sa.select(CHANGE.c.actor, FIELD_CHANGE.c.field, FIELD_CHANGE.c.before, FIELD_CHANGE.c.after)
        .join(FIELD_CHANGE, FIELD_CHANGE.c.change_id == CHANGE.c.id)
        .where(FIELD_CHANGE.c.entity == "member", FIELD_CHANGE.c.record_id == bob.id)
        .order_by(FIELD_CHANGE.c.id)
    )
    with workspace.reading() as tx:
        rows = [tuple(row) for row in tx.connection.execute(query)]
    assert rows == [
        (None, "active", None, "true"),
        (None, "roles", None, '["sales"]'),
        (ann.id, "roles", '["sales"]', '["office"]'),
        (ann.id, "password", None, None),
    ]


def test_an_unknown_member(workspace: Workspace) -> None:
    with workspace.reading() as tx:
        with pytest.raises(NotFound):
            members.get(tx, 99)
        with pytest.raises(NotFound):
            members.find(tx, "nobody")
    with pytest.raises(NotFound):
        members.set_active(workspace, SYSTEM, 99, False)


def add(workspace: Workspace, **values: Any) -> Member:
    """Add Bob as the system does."""
    return members.add(workspace, SYSTEM, NewMember(**{"name": "Bob", **values}))


def found(workspace: Workspace, name: str) -> Member:
    """Return the member who signs in by that name."""
    with workspace.reading() as tx:
        return members.find(tx, name)


def calling(workspace: Workspace, member: Member) -> Caller:
    """Return the caller that a member is."""
    with workspace.reading() as tx:
        return access.for_member(tx, member.id)
