"""A question before something that cannot be undone: to a person at a terminal, and never to a script."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from metrics.errors import InputError

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")]


def confirm(question: str, yes: bool, otherwise: str) -> None:
    """Go on only after a yes. Exit 1 after a no; InputError where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError(f"{otherwise} Nobody can be asked here.", "Add --yes to do it without a question.")
    if not typer.confirm(question, default=False, err=True):
        typer.echo(otherwise, err=True)
        raise typer.Exit(1)
