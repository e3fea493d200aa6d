"""`equality return`: statutory and sector returns, made from a release, each with its own checks first."""

from __future__ import annotations

import typer

from metrics.cli.returns.duty import duty
from metrics.cli.returns.gpg import gpg
from metrics.cli.returns.sc_wres import sc_wres

app = typer.Typer(name="return", rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback(epilog="Example: equality return gpg > gender-pay-gap-2026.csv")
def returns() -> None:
    """Statutory and sector returns, made from the release that leaders read and never from rows about people."""


app.command(name="gpg", epilog="Example: equality return gpg --period 2026-03-31 > gender-pay-gap-2026.csv")(gpg)
app.command(name="sc-wres", epilog="Example: equality return sc-wres --period 2026-03-31 --output sc-wres-2026.xlsx")(sc_wres)
app.command(name="duty", epilog="Example: equality return duty --output equality-information-2026.xlsx")(duty)
