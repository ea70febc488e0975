"""What is refused of people: accounts, sign-ins, members and tokens."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.engine import access, members, publish
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.accounts import Accounts
from fieldstone.engine.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.system_tables import MEMBER
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.engine.crm_like import DOCUMENTS
from tests.refusals import Call

GOOD = "quarry-larch-1807"
HR = {"kind": "role", "name": "hr", "members": True, "entities": []}
BOSS, CLERK, SELLER = Caller(1, ("boss",)), Caller(2, ("hr",)), Caller(3, ("seller",))


@dataclass
class People:
    """A workspace with a boss, a clerk over members, a seller, and somebody without an account."""

    installation: Installation
    workspace: Workspace
    ids: dict[str, int]

    @property
    def accounts(self) -> Accounts:
        return self.workspace.control.accounts

    def account(self, name: str) -> str:
        """The id of somebody's account."""
        found = self.accounts.find(f"{name}@example.com")
        assert found is not None
        return found.id

    def add(self, caller: Caller = SYSTEM, **new: object) -> object:
        values = {"name": "New", "email": "new@example.com", **new}
        return members.add(self.workspace, caller, NewMember(**values))  # type: ignore[arg-type]

    def as_member(self, name: str) -> Caller:
        with self.workspace.reading() as tx:
            return access.for_member(tx, self.ids[name])

    def find(self, name: str) -> object:
        with self.workspace.reading() as tx:
            return members.find(tx, name)

    def token(self, days: int = 9, name: str = "t") -> str:
        return self.workspace.control.tokens.create(
            account_id=self.account("boss"),
            workspace_id=self.workspace.id,
            member_id=self.ids["boss"],
            name=name,
            days=days,
        )

    def fail_often(self) -> None:
        """Type a wrong password until one has to wait."""
        for _ in range(20):
            try:
                self.accounts.sign_in("nobody@example.com", "wrong")
            except Unauthenticated:
                continue


def people(installation: Installation) -> People:
    """The people, in an empty installation."""
    workspace = installation.create_workspace("sales", "Sales", DOCUMENTS)
    plan = publish.preview(workspace, SYSTEM, [*DOCUMENTS, document_of(HR)])
    publish.publish(workspace, SYSTEM, plan)
    ids: dict[str, int] = {}
    for name, role in (("boss", "boss"), ("clerk", "hr"), ("seller", "seller"), ("left", "hr")):
        mobile = "13800000009" if name == "seller" else None
        manager = ids.get("boss")
        email = None if mobile else f"{name}@example.com"
        new = NewMember(
            name=name,
            email=email,
            mobile=mobile,
            roles=(role,),
            manager=manager,
            password=GOOD if name == "boss" else None,
        )
        ids[name] = members.add(workspace, SYSTEM, new).id
    members.set_active(workspace, SYSTEM, ids["left"], False)
    with workspace.writing() as tx:
        made = MEMBER.insert().values(name="Made", active=True, created_at=tx.now)
        ids["made"] = tx.connection.execute(made.returning(MEMBER.c.id)).scalar_one()
    other = installation.create_workspace("other", "Other", DOCUMENTS)
    members.add(other, SYSTEM, NewMember(name="clerk", email="clerk@example.com"))
    return People(installation, workspace, ids)


Cases = tuple[Call[People], ...]

ACCOUNTS: Cases = (
    Call("an address of no mail", Invalid, ("/email account.email",),
         lambda it: it.accounts.create("A", email="a at b")),
    Call("letters for a number", Invalid, ("/mobile account.mobile",),
         lambda it: it.accounts.create("A", mobile="12ab")),
    Call("spaces in a user name", Invalid, ("/user_name account.user_name",),
         lambda it: it.accounts.create("A", user_name="a b")),
    Call("digits for a user name", Invalid, ("/user_name account.user_name_digits",),
         lambda it: it.accounts.create("A", user_name="13800000001")),
    Call("nothing to sign in by", Invalid, ("account.no_name",),
         lambda it: it.accounts.create("A")),
    Call("a name that is taken", Conflict, ("/email account.taken",),
         lambda it: it.accounts.create("A", email="Boss@example.com")),
    Call("an account that is not there", NotFound, ("account.unknown",),
         lambda it: it.accounts.get("none")),
    Call("an account to shut that is not there", NotFound, ("account.unknown",),
         lambda it: it.accounts.set_active("none", False)),
    Call("a short password", Invalid, ("/password password.length",),
         lambda it: it.accounts.set_password(it.account("boss"), "short")),
    Call("a password that is easy", Invalid, ("/password password.common",),
         lambda it: it.accounts.set_password(it.account("boss"), "aaaaaaaabbbb")),
    Call("a password of the own name", Invalid, ("/password password.common",),
         lambda it: it.accounts.create("A", email="larchwood@b.co", password="Larchwood")),
    Call("a wrong password", Unauthenticated, ("sign_in.failed",),
         lambda it: it.accounts.sign_in("boss@example.com", "wrong")),
    Call("nobody's name", Unauthenticated, ("sign_in.failed",),
         lambda it: it.accounts.sign_in("zz@example.com", GOOD)),
    Call("a wrong password again", Unauthenticated, ("sign_in.failed",),
         lambda it: it.accounts.confirm(it.account("boss"), "wrong")),
    Call("too many of them", TooMany, ("sign_in.too_many",), lambda it: it.fail_often()),
    Call("a token for no day and of no name", Invalid, ("/days token.days", "/name token.name"),
         lambda it: it.token(days=0, name=" ")),
)  # fmt: skip

MEMBERS: Cases = (
    Call("two people in one", Conflict, ("account.two",),
         lambda it: it.add(email="boss@example.com", mobile="13800000009")),
    Call("somebody who is a member", Conflict, ("member.exists",),
         lambda it: it.add(email="boss@example.com")),
    Call("a member of no name", Invalid, ("/name member.name",),
         lambda it: members.update(it.workspace, SYSTEM, it.ids["boss"], name=" ", team=None,
                                   manager=None)),
    Call("a role that is not there", Invalid, ("/roles member.role_unknown",),
         lambda it: it.add(roles=("zzzzzz",))),
    Call("a misspelt role", Invalid, ("/roles member.role_unknown_near",),
         lambda it: it.add(roles=("sellr",))),
    Call("a manager who is not there", Invalid, ("/manager member.manager_unknown",),
         lambda it: it.add(manager=99)),
    Call("a manager whom one manages", Invalid, ("/manager member.manager_circle",),
         lambda it: members.update(it.workspace, SYSTEM, it.ids["boss"], name="B", team=None,
                                   manager=it.ids["clerk"])),
    Call("a member who is not there", NotFound, ("member.unknown",),
         lambda it: members.set_active(it.workspace, SYSTEM, 99, True)),
    Call("a member who signs in otherwise", NotFound, ("member.unknown",),
         lambda it: it.find("zz@example.com")),
    Call("a member who left", NotFound, ("member.not_active",), lambda it: it.as_member("left")),
    Call("a seller who adds people", Forbidden, ("member.not_allowed",),
         lambda it: it.add(SELLER)),
    Call("a clerk who makes a boss", Forbidden, ("member.above_own",),
         lambda it: it.add(CLERK, roles=("boss",))),
    Call("the last boss who leaves", Conflict, ("member.last_administrator",),
         lambda it: members.set_active(it.workspace, SYSTEM, it.ids["boss"], False)),
    Call("the last boss who gives up", Conflict, ("member.last_administrator",),
         lambda it: members.set_roles(it.workspace, SYSTEM, it.ids["boss"], ("hr",))),
    Call("a password for who has no account", Conflict, ("member.no_account",),
         lambda it: members.set_password(it.workspace, SYSTEM, it.ids["made"], GOOD)),
    Call("a password for who is elsewhere too", Forbidden, ("member.shared_account",),
         lambda it: members.set_password(it.workspace, BOSS, it.ids["clerk"], GOOD)),
)  # fmt: skip

INVITATIONS: Cases = (
    Call("an invitation of who has a password", Conflict, ("invitation.needless",),
         lambda it: members.invite(it.workspace, SYSTEM, it.ids["boss"])),
    Call("a seller who invites", Forbidden, ("member.not_allowed",),
         lambda it: members.invite(it.workspace, SELLER, it.ids["clerk"])),
    Call("an invitation of who left", Conflict, ("member.not_active",),
         lambda it: members.invite(it.workspace, SYSTEM, it.ids["left"])),
    Call("an invitation of who is elsewhere too", Forbidden, ("member.shared_account",),
         lambda it: members.invite(it.workspace, BOSS, it.ids["clerk"])),
    Call("an invitation of nobody", NotFound, ("invitation.over",),
         lambda it: it.workspace.control.invitations.accept("zz", GOOD)),
)  # fmt: skip

CASES: Cases = (*INVITATIONS, *ACCOUNTS, *MEMBERS)
