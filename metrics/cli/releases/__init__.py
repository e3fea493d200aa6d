"""`equality releases`: what there is and what differs; withdrawing a release; backing up, restoring and upgrading the store."""

from __future__ import annotations

import typer

from metrics.cli.releases.backup import back_up
from metrics.cli.releases.listing import list_releases
from metrics.cli.releases.restore import restore
from metrics.cli.releases.upgrade import upgrade_store
from metrics.cli.releases.withdraw import withdraw_release

app = typer.Typer(name="releases", rich_markup_mode=None, add_completion=False)
app.callback(invoke_without_command=True, epilog="Example: equality releases --compare 2026-02-12 2026-05-21")(list_releases)
app.command(name="withdraw", epilog="Example: equality releases withdraw 2026-05-21 --reason 'Agency staff were counted twice'")(
    withdraw_release
)
app.command(name="backup", epilog="Example: equality releases backup releases-2026-05-21.zip")(back_up)
app.command(name="restore", epilog="Example: equality releases restore releases-2026-05-21.zip --replace")(restore)
app.command(name="upgrade", epilog="Example: equality releases upgrade --dry-run")(upgrade_store)
