"""`equality return`: statutory and sector returns, made from a release, each with its own checks first."""

from __future__ import annotations

import typer

from metrics.cli.returns.gpg import gpg

app = typer.Typer(name="return", rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback(epilog="Example: equality return gpg > gender-pay-gap-2026.csv")
def returns() -> None:
    """Statutory and sector returns, made from the release that leaders read and never from rows about people."""


app.command(name="gpg", epilog="Example: equality return gpg --period 2026-03-31 > gender-pay-gap-2026.csv")(gpg)
