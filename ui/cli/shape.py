"""The shape of commands: click's, with help and refusals in the reader's language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import click

from fieldstone.engine.errors import Refused
from fieldstone.metadata.fields import load_field_types
from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import Problem, ProblemsError
from fieldstone.rules.functions import load_plugins

from . import terminal
from .terminal import say

_F = TypeVar("_F", bound=Callable[..., Any])
MOST_ID = 2**63 - 1
"""The largest id that a database keeps."""


class _Formatter(click.HelpFormatter):
    """Writes help under headings in the reader's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or say("usage"))

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        titles = {
            "Options": "options",
            "Commands": "commands",
            "Positional arguments": "arguments",
        }
        with super().section(say(titles[name]) if name in titles else name):
            yield

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        shown = [(a, say("option.help") if a == "--help" else b) for a, b in rows]
        super().write_dl(shown, col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class Command(click.Command):
    """A command whose help is the sentence `help.<name>`."""

    context_class = _Context


class Group(click.Group):
    """A group of commands; the outermost one turns refusals into messages and exit codes."""

    context_class = _Context
    command_class = Command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> NoReturn:
        """Run, and leave with 0 (done), 1 (refused or failed) or 2 (wrong usage)."""
        given = list(sys.argv[1:] if args is None else args)
        more["standalone_mode"] = False
        try:
            code = super().main(given, *rest, **more)
            sys.exit(code if isinstance(code, int) else 0)
        except click.UsageError as error:
            _show_usage(error)
            # With --exit-code 2 says "there are changes", so wrong usage has to say something else.
            sys.exit(1 if "--exit-code" in given else 2)
        except click.ClickException as error:
            click.echo(error.format_message(), err=True)
        except (click.Abort, KeyboardInterrupt):
            terminal.note("stopped")
        except ProblemsError as error:
            terminal.complain(error.problems)
        except BrokenPipeError:
            # Whoever read our lines has gone (`| head`); there is nobody to tell.
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115
        except OSError as error:
            # Only files have names: a place that was given cannot be read or written.
            if error.filename is None:
                raise
            terminal.note("file_refused", file=error.filename, why=error.strerror)
        sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, with the functions that plug-ins bring to the language."""
        load_field_types()
        load_plugins()
        return super().invoke(ctx)


def command(path: str) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command, its help the sentence `help.<path>`.

    `path` is its name, after that of its group where it has one: `member.add`.
    """
    return click.command(path.rpartition(".")[2], cls=Command, help=say(f"help.{path}"))


def group(name: str, *commands: click.Command) -> Group:
    """A group of commands, its help the sentence `help.<name>`."""
    return Group(name, help=say(f"help.{name}"), commands=commands)


def option(*names: str, help: str, **more: Any) -> Callable[[_F], _F]:
    """An option; `help` is the key of its sentence."""
    return click.option(*names, help=say(f"option.{help}"), **more)


def json_option(function: _F) -> _F:
    """The option `--json`, which every command has that prints data."""
    return option("--json", "as_json", is_flag=True, help="json")(function)


def locale_option(function: _F) -> _F:
    """The option `--locale`: what somebody new reads, where it is not the app's own language."""
    return option("--locale", type=click.Choice(LOCALES), help="locale")(function)


def refuse(key: str, /, **params: object) -> NoReturn:
    """Stop with exit code 1 and a sentence of the command line."""
    raise Refused(Problem(f"cli.{key}", params))


def _show_usage(error: click.UsageError) -> None:
    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    name = (
        error.param.get_error_hint(error.ctx)
        if isinstance(error, click.BadParameter)
        and error.param is not None
        and error.ctx is not None
        else ""
    )
    if isinstance(error, click.MissingParameter):
        text = say("usage_missing", name=name)
    elif isinstance(error, click.BadParameter):
        text = say("usage_bad", name=name, why=error.message)
    elif isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or ())
        text = say(
            "usage_no_option_near" if near else "usage_no_option", name=error.option_name, near=near
        )
    elif isinstance(error, click.exceptions.NoSuchCommand):
        near = ", ".join(error.possibilities or ())
        text = say(
            "usage_no_command_near" if near else "usage_no_command",
            name=error.command_name,
            near=near,
        )
    else:
        text = error.format_message()
    click.echo(text, err=True)
