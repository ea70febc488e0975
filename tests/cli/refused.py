"""What the command line refuses or complains of by itself: arguments, exit code, sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A command, how it ends, and the ids of what it says on stderr or stdout.

    `{folder}` is where the files of FILES lie, `{port}` a port that somebody listens at. With
    `typed` somebody sits at the terminal and types these lines.
    """

    name: str
    arguments: tuple[str, ...]
    code: int
    ids: tuple[str, ...]
    typed: tuple[str, ...] | None = None


FILES = {
    "customers.csv": "name,code,size,other\nA,1,larg,\nB,2,zzzzzz,\nC,3,small,\n",
    "bad.csv": "name,code\n" + "".join(f",{at}\n" for at in range(25)),
    "deals.csv": "name,amount,stage,won\nA,,won,2026-03-01T09:00:00Z\n",
    "deals.json": '{"columns": {"name": "name", "amount": "amount", "stage": "stage"},'
    ' "stage_times": {"won": "won"}}',
}
BRING = ("import", "shop", "customer", "{folder}/customers.csv")

CASES = (
    Case("a command that is not there", ("zzzzzz",), 2, ("usage_no_command",)),
    Case("a misspelt command", ("wrkspace",), 2, ("usage_no_command_near",)),
    Case("an option that is not there", ("plan", "--zzzzzz"), 2, ("usage_no_option",)),
    Case("a misspelt option", ("plan", "--jsn", "shop"), 2, ("usage_no_option_near",)),
    Case("no argument", ("plan",), 2, ("usage_missing",)),
    Case("a port of letters", ("web", "--port", "x"), 2, ("usage_bad",)),
    Case("a port that is taken", ("serve", "--host", "127.0.0.1", "--port", "{port}"), 1,
         ("port_taken",)),
    Case("an address of somebody else", ("serve", "--host", "192.0.2.1", "--port", "{port}"), 1,
         ("port_refused",)),
    Case("a time of no zone", ("rules", "run", "shop", "--now", "2026-03-05T09:00:00"), 1,
         ("instant",)),
    Case("a time of no shape", ("rules", "run", "shop", "--now", "now"), 1, ("instant",)),
    Case("a password of nobody", ("workspace", "create", "next", "--admin", "a@b.co"), 1,
         ("password_no_terminal",)),
    Case("a password twice", ("workspace", "create", "next", "--admin", "a@b.co"), 1,
         ("password", "password_again", "password_differs"),
         typed=("quarry-larch-1807", "quarry-larch-1808")),
    Case("an end that nobody confirms", ("workspace", "delete", "shop"), 1, ("delete_needs_yes",)),
    Case("an end of another name", ("workspace", "delete", "shop"), 1,
         ("delete_confirm", "delete_not_confirmed"), typed=("shpo",)),
    Case("a plan into nowhere", ("plan", "shop", "{folder}/documents", "--out",
                                 "{folder}/none/plan.json"), 1, ("file_refused",)),
    Case("a sample that is none", ("workspace", "create", "next", "--template",
                                   "{folder}/documents", "--sample"), 1, ("sample_none",)),
    Case("an id of no record", ("rules", "explain", "shop", "big_credit", "9" * 30), 2,
         ("usage_bad",)),
    Case("no job at all", ("jobs", "retry", "shop"), 1, ("jobs_which",)),
    Case("an id of no revision", ("restore-revision", "shop", "9" * 30), 2, ("usage_bad",)),
    Case("a pair of one", (*BRING, "--map", "name"), 2, ("usage_bad", "map_without_equals")),
    Case("values that are not there", (*BRING, "--all-or-nothing"), 1,
         ("import_left_out", "import_refused", "import_unknown", "import_unknown_near",
          "import_bad_row")),
    Case("many rows without a name", ("import", "shop", "customer", "{folder}/bad.csv",
                                      "--dry-run"), 1,
         ("import_rehearsed", "import_bad_row", "import_more_bad", "import_too_many_bad")),
    Case("a deal that was won for nothing",
         ("import", "shop", "deal", "{folder}/deals.csv", "--mapping", "{folder}/deals.json",
          "--dry-run"), 0, ("import_rehearsed", "import_warnings")),
)  # fmt: skip
"""Ids are without the `cli.` in front, which their catalogue's folder says."""
