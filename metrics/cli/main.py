"""The `equality` command: finds the subcommand, and turns errors meant for people into words and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from metrics.errors import EqualityError, SourceError
from metrics.interruption import watch

COMMANDS = {
    "init": "a starter configuration for a council",
    "check": "every definition and cross-reference, worked examples, review dates",
    "inspect": "what a file seems to hold, and a draft dataset definition",
    "template": "a workbook to fill in, for one dataset",
    "ingest": "an extract to validated rows",
    "comparators": "public figures of other employers, to be set beside our own",
    "refresh": "aggregate, protect, evaluate, certify, publish",
    "releases": "list and compare releases; withdraw, back up, restore, upgrade",
    "certify": "attack a stored release again",
    "movements": "published counts that moved by a few people",
    "return": "statutory returns from a release, with their own checks",
    "show": "the cells of a release, tidy",
    "explain": "a KPI in words, its SQL, and who is left out of its base",
    "purge": "delete rows about people past their retention; releases stay",
    "parity": "prove that another database engine gives the same figures",
    "demo": "build the demo council",
    "serve": "open the dashboard",
    "audit": "who signed in, was refused, or took a file away",
    "docs": "regenerate the reference pages",
}
"""Subcommand to its line in `equality --help`; each lives in the module of its name and is imported only when asked for."""
MODULES = {"return": "returns"}
"""Subcommands whose name no module can have."""


class LazyCommands(TyperGroup):
    """Imports a subcommand when it is called, so that `serve` never loads an engine and `--help` is instant."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module: Any = import_module(f"metrics.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: Any = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(cls=LazyCommands, no_args_is_help=True, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def equality() -> None:
    """Equality performance dashboard: from a council's own extract to certified figures on a screen."""


STOPPED = 130
"""What a command ends with that a person stopped, by the custom of shells."""
REFUSALS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE}
"""The computer's own refusals: rights, a full or broken disk, too many open files."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line. Exit 0 done, 1 the answer is no, 2 the input is wrong, 3 a source is unreachable."""
    watch()
    try:
        app(args=arguments, prog_name="equality", standalone_mode=True)
    except EqualityError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        if error.advice:
            print(error.advice, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except SystemExit as ended:
        if ended.code == STOPPED:
            print("Stopped. What was stored and published before is as it was; run the command again.", file=sys.stderr)
        raise
    except Exception as fault:
        if os.environ.get("EQUALITY_DEBUG"):
            raise
        if isinstance(fault, OSError) and fault.errno in REFUSALS:
            place = f"{fault.filename}: " if fault.filename else ""
            print(f"{place}{fault.strerror}. Nothing was published.", file=sys.stderr)
            print("Check that there is space, and that you may read and write there; then run the command again.", file=sys.stderr)
            raise SystemExit(SourceError.exit_code) from None
        # A traceback may quote a person's value: name the place, never the data.
        last = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{os.path.basename(os.path.dirname(last.filename))}/{os.path.basename(last.filename)}:{last.lineno}"
        print(f"A fault in the program, not in your files: {type(fault).__name__} at {place}. Nothing was published.", file=sys.stderr)
        print("Please report it with the command that you ran. EQUALITY_DEBUG=1 shows the details on your own screen.", file=sys.stderr)
        raise SystemExit(70) from None


if __name__ == "__main__":
    main()
