"""`equality releases withdraw`: mark a wrong release, tell readers why, and say where its figures stand besides."""

from __future__ import annotations

import getpass
import json
from typing import Annotated

import typer

from metrics.access.audit import AuditLog, Event
from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.releases.asking import YesOption, confirm
from metrics.errors import InputError
from metrics.releases.store import ReleaseStore
from metrics.releases.withdraw import Sharing, check_reason
from metrics.settings import Settings, load_settings
from metrics.wording.values import format_list


def withdraw_release(
    release: Annotated[str, typer.Argument(metavar="ID", help="Id of the release, such as 2026-05-21.")],
    reason: Annotated[str, typer.Option("--reason", help="One sentence that every reader of it will see.")] = "",
    with_later: Annotated[bool, typer.Option("--with-later", help="Withdraw later releases that hold the same figures, too.")] = False,
    only_this: Annotated[bool, typer.Option("--only-this", help="Leave later releases that hold the same figures.")] = False,
    yes: YesOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Withdraw a release: links to it say so and why, and nothing is exported from it any more. This cannot be undone."""
    settings = load_settings(config)
    words = check_reason(reason)
    if with_later and only_this:
        raise InputError("--with-later and --only-this say the opposite of each other.", "Give one of them.")
    store = ReleaseStore(settings.releases_url)
    sharing = store.sharing(release)
    decided = True if with_later else False if only_this else None
    wanted = sharing.decided(decided)
    for line in _warnings(sharing, decided):
        typer.echo(line, err=True)
    confirm(f"Withdraw {format_list(list(wanted))}, for readers to see: {words}?", yes, "Nothing was withdrawn.")
    marked = store.withdraw(release, words, with_later=decided, before=lambda releases: _record(settings, releases))
    standing = store.latest()
    typer.echo(json.dumps({"withdrawn": list(marked), "reason": words, "latest": standing}) if as_json else _done(marked, standing))


def _warnings(sharing: Sharing, with_later: bool | None) -> list[str]:
    lines = []
    if sharing.earlier:
        there = ", ".join(sharing.earlier)
        lines.append(f"Some of its figures stand in earlier releases too: {there}. Withdraw those as well if they are wrong.")
    if sharing.later and with_later is False:
        lines.append(f"The same figures stay in later releases: {', '.join(sharing.later)}.")
    return lines


def _record(settings: Settings, releases: tuple[str, ...]) -> None:
    """In the audit log, before it is done."""
    log = AuditLog(settings.audit_url, settings.audit_names)
    try:
        for release in releases:
            log.record(Event("withdrawn", f"cli:{_user()}", release=release))
    finally:
        log.close()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user
        return "unknown"


def _done(marked: tuple[str, ...], standing: str | None) -> str:
    what = f"Withdrew {format_list(list(marked))}."
    now = f"Readers are led to {standing}." if standing else "No release stands: the dashboard is empty until the next `equality refresh`."
    again = "Periods that only withdrawn releases hold are made again, from the rows that are loaded, by the next `equality refresh`."
    return f"{what} {now}\n{again}"
