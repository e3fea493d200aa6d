"""`equality releases upgrade`: a store of an earlier version brought to this one."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.releases.database import Database
from metrics.releases.upgrade import Upgrade, plan_upgrade, upgrade
from metrics.settings import load_settings


def upgrade_store(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Bring a store that an earlier version of the product wrote to this version: every release and figure stays as it is.

    All steps are one transaction. A SQLite file is copied beside itself first; back up a store on PostgreSQL before. There is no
    way back but the copy.
    """
    database = Database(load_settings(config).releases_url)
    plan = plan_upgrade(database)
    if not as_json:
        typer.echo(_planned(plan, database.shown_url))
    if not dry_run:
        plan = upgrade(database)
    if as_json:
        said = {"before": plan.before, "after": plan.after, "steps": plan.steps, "copy": str(plan.copy) if plan.copy else None}
        typer.echo(json.dumps({**said, "dry_run": dry_run}))
    elif not plan.nothing_to_do:
        typer.echo("Dry run: nothing was changed." if dry_run else f"Upgraded to version {plan.after}.")


def _planned(plan: Upgrade, url: str) -> str:
    if plan.nothing_to_do:
        return f"{url} has version {plan.before}, as this product has. Nothing to do."
    copy = f"First a copy: {plan.copy}" if plan.copy else "No copy is made on a server: `equality releases backup FILE` makes one before."
    return "\n".join([f"{url} has version {plan.before}; this product's is {plan.after}.", *(f"- {step}" for step in plan.steps), copy])
