"""The council of hidden numbers, published by the real commands and opened by the real server; everybody looks at everything once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from metrics.access.viewer import Viewer
from metrics.releases.store import ReleaseStore
from metrics.report import Contents
from metrics.sources.engine import open_source
from tests.support.browser import ROOT, browser, free_port
from tests.support.every_page import Kept, Reader, head_of
from tests.support.hidden_council import FIRST, KPIS, LAST, ROLES, TENANT, HiddenCouncil
from tests.support.processes import processes
from tests.support.signed_in import for_browser, variables
from tests.support.true_numbers import FEWEST, TrueNumbers, open_numbers, true_numbers
from tests.support.wire import run_page

SCREENS = ("overview", "kpi", "directorate", "gaps", "community", "data_quality", "definitions")
RUN_ALL = """\
import contextlib, io, json, sys
from metrics.cli.main import main
said = []
for line in json.load(sys.stdin):
    out, code = io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            main(line.split("|"))
        except SystemExit as ended:
            code = ended.code or 0
    said.append([line, code, out.getvalue()])
json.dump(said, sys.stdout)
"""
"""One interpreter for many commands; `|` between words."""


@dataclass(frozen=True)
class Said:
    line: str
    code: int
    words: str


@dataclass
class Published:
    """A council whose two releases were made by the commands.

    Attributes
    ----------
    said : each command line, how it ended, and all that it printed
    true : every number that was counted
    open : role to every number that it may read
    """

    council: HiddenCouncil
    said: list[Said]
    true: TrueNumbers
    open: Mapping[str, frozenset[float]]
    certified: frozenset[float]

    @property
    def folder(self) -> Path:
        return self.council.folder

    @property
    def secrets(self) -> dict[str, float]:
        """Every true number, and hidden pay as it would be printed, to the nearest ten. What a role may read excuses itself."""
        few = {name: value for name, value in self.true.others.items() if "grade=officer" in name or "grade=chief" in name}
        printed = {f"{name}, to the nearest ten": float(round(value, -1)) for name, value in few.items() if value >= FEWEST}
        return {**self.true.all, **printed}

    def left_behind(self) -> dict[str, Path]:
        """Every file that is there now, but for the configuration, what was loaded, and the database of rows."""
        ours = (self.folder / "config", self.folder / "extracts", self.folder / "data" / "workforce.duckdb")
        return {
            str(path.relative_to(self.folder)): path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not any(path == own or own in path.parents for own in ours)
        }


def environment(folder: Path) -> dict[str, str]:
    """What a program may leave behind, it leaves in these folders."""
    for name in ("home", "temporary"):
        (folder / name).mkdir(exist_ok=True)
    said = {name: value for name, value in os.environ.items() if not name.startswith(("EQUALITY_", "XDG_"))}
    return {**said, "HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary"), "PYTHONPATH": str(ROOT)}


def commands(council: HiddenCouncil) -> list[str]:
    """Loading and publishing as an analyst does it, then everything that the command line says of it, errors too."""
    made = []
    for day in (FIRST, LAST):
        made += [f"ingest|{dataset}|{council.extract(dataset, day)}|--as-at|{day}" for dataset in ("returns", "hr")]
        made += ["refresh|--json" if day == FIRST else "refresh"]
    by = [f"show|{id}|{words}--format|csv" for id, kpi in KPIS.items() for words in _splits(kpi)]
    made += [*by, *(f"{line}|--audience|public" for line in by)]
    made += [f"show|{id}|--format|{form}" for id in ("WR03", "PY02", "WF05") for form in ("table", "json")]
    made += ["show|WR03|--unit|streets|--structure|today", "releases", "releases|--json", "certify|--json", "check", "refresh"]
    made += [f"explain|{id}|--json" for id in KPIS]
    made += ["show|XX99", "show|WR03|--unit|nowhere", "show|WR03|--by|sex", "show|WR03|--period|2020-01-01", "releases|--compare|a|b"]
    made += ["refresh|--restate|2026-01-01|--reason|no such day", f"ingest|hr|{council.extract('returns', LAST)}|--as-at|{LAST}"]
    return [*made, "explain|WR03|--period|2020-01-01", "audit", "releases|withdraw|2020-01-01|--reason|not there"]


def _splits(kpi: Mapping[str, object]) -> list[str]:
    breakdowns: Any = kpi.get("breakdowns", [])
    return ["", *(f"--by|{b[0]}|" for b in breakdowns), *([] if kpi["dataset"] == "movers" else ["--by|waterfall|"])]


def published(folder: Path) -> Published:
    council = HiddenCouncil.found(folder)
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL], input=json.dumps(commands(council)), cwd=folder, env=environment(folder), capture_output=True,
        text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = [Said(*one) for one in json.loads(done.stdout)]
    said.append(Said("what ran them", 0, done.stderr))
    with open_source(council.settings.workforce_url) as source:
        true = true_numbers(source, council.configuration, council.settings.year)
    store = ReleaseStore(council.settings.releases_url)
    opens = {name: open_numbers(store, viewer_of(name)) for name in ROLES}
    certified = certified_counts(store)
    store.close()
    return Published(council, said, true, opens, certified)


def certified_counts(store: ReleaseStore) -> frozenset[float]:
    """What was proven to be safe to show; some of it no page prints, such as a part whose whole is hidden."""
    systems = (system for release in store.list_releases() for _, system in store.systems(release.id))
    return frozenset(float(n) for system in systems for n in system["shown"] if n is not None)


def viewer_of(role: str) -> Viewer:
    units: Any = ROLES[role]["units"]
    return Viewer(str(ROLES[role]["audience"]), "command_line", None if units == "all" else tuple(units))


def pages_of(role: str) -> tuple[str, ...]:
    pages: Any = ROLES[role]["pages"]
    return SCREENS if pages == "all" else tuple(pages)


@dataclass
class Watched:
    """What everybody was sent, by name of reader ("Admin as Scrutiny" too; "" is nobody), and what the server said of itself."""

    published: Published
    address: str
    kept: dict[str, Kept] = field(default_factory=dict)
    chosen: list[tuple[str, str, str]] = field(default_factory=list)
    planted: Kept = field(default_factory=Kept)
    programs: dict[str, bytes] = field(default_factory=dict)
    log: str = ""


READERS = {
    "Admin": ("Admin", ""), "Lead": ("Lead", ""), "Housing": ("Housing", ""), "Streets": ("Streets", ""), "Scrutiny": ("Scrutiny", ""),
    "Admin as Streets": ("Admin", "Streets"), "Admin as Scrutiny": ("Admin", "Scrutiny"),
}  # fmt: skip
"""Reader to the role signed in with, and the one looked through."""
IN_A_BROWSER = ("Admin", "Housing", "Scrutiny", "Admin as Streets")
"""Everybody's rights once. The first opens every menu there; the others' choices, and other readers, go over the open connection alone."""


def rights(reader: str) -> str:
    """The role whose figures a reader may read."""
    role, through = READERS[reader]
    return through or role


def cookies(address: str, reader: str) -> list[dict[str, object]]:
    role, through = READERS[reader]
    seen_as = {**for_browser(address, role, tenant=TENANT), "name": "equality_view_as", "value": through}
    return [for_browser(address, role, tenant=TENANT), *([seen_as] if through else [])]


def watch(made: Published, plant: Callable[[Reader], None]) -> Watched:
    """One server; every reader. `plant` is handed the last page of the first reader, to hide numbers in it that must be found."""
    with served(made) as (seen, log):
        for reader in READERS:
            seen.kept[reader] = Kept()
            if reader != "Admin":
                over_the_wire(seen, reader)
        with browser() as chromium:
            for reader in IN_A_BROWSER:
                in_a_browser(seen, chromium, reader, plant)
            as_nobody(seen, chromium)
    seen.log = log()
    return seen


@contextmanager
def served(made: Published) -> Iterator[tuple[Watched, Callable[[], str]]]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    said = {**environment(made.folder), **variables(address, made.folder / "data"), "EQUALITY_CONFIG": str(made.council.config)}
    with processes(application="pages.shared.server:app", environment=said, port=port) as running:
        yield Watched(made, address), running.said


def over_the_wire(seen: Watched, reader: str) -> None:
    """Each page with each choice of each of its menus, as a browser would ask for them."""
    sent_with = "; ".join(f"{c['name']}={c['value']}" for c in cookies(seen.address, reader))
    with_rights = viewer_of(rights(reader))
    store = ReleaseStore(seen.published.council.settings.releases_url)
    contents, first = store.contents(None, with_rights), store.list_releases()[-1].id
    store.close()
    for page, question in questions(contents, first, pages_of(rights(reader)), wide=reader in ("Housing", "Streets", "Scrutiny")):
        for _, value in run_page(seen.address, page, question, sent_with):
            seen.kept[reader].add("frame", page, value if isinstance(value, (bytes, str)) else repr(value))


def questions(contents: Contents, first: str, pages: Iterable[str], wide: bool) -> Iterator[tuple[str, str]]:
    """Page and what stands in its address; without `wide` each page once, and each measure."""
    for page in pages:
        yield page, ""
        key = {"kpi": "measure", "definitions": "definition"}.get(page)
        if key:
            yield from ((page, f"{key}={kpi}") for kpi in contents.kpis)
        if wide:
            yield page, f"release={first}"
            yield from ((page, f"unit={unit}") for unit in contents.units if page not in ("kpi", "definitions"))
    if wide and "kpi" in pages:
        yield from (("kpi", f"measure=WR03&unit={unit}") for unit in contents.units)
        yield from (("kpi", f"measure={k}&by={by}") for k, by in (("WF01", "sex"), ("WF05", "contract"), ("PY01", "sex")))
    if wide and "directorate" in pages:
        yield from (("directorate", f"measure={kpi}") for kpi in contents.kpis)
        yield "directorate", "unit=streets&structure=as_was"
    if wide and "gaps" in pages:
        yield from (("gaps", question) for question in ("statistic=mean", "statistic=mean&by=grade"))


def in_a_browser(seen: Watched, chromium: Any, reader: str, plant: Callable[[Reader], None]) -> None:
    kept = seen.kept[reader]
    person = Reader(chromium, seen.address, cookies(seen.address, reader), kept)
    try:
        mine = pages_of(rights(reader))
        person.start("/", mine[0])
        assert len(person.pages()) == len(mine)
        for place, page in enumerate(mine):
            if place:
                person.go(place, page)
            person.open_drawers()
            person.listen()
            person.download()
            if reader == "Admin":
                seen.chosen += [(page, menu, option) for menu, option in person.choices()]
        if reader == "Admin":
            person.kept = seen.planted
            plant(person)
            seen.programs = {path: person.fetch(path) for path in sorted(person.programs)}
    finally:
        person.close()


def as_nobody(seen: Watched, chromium: Any) -> None:
    """Somebody who is not signed in, at every page, at the addresses of machines, and at the files of the others."""
    kept = seen.kept[""] = Kept()
    person = Reader(chromium, seen.address, [], kept)
    try:
        for page in SCREENS:
            person.here = page
            person.page.goto(f"{seen.address}/{page}?unit=parks&measure=WR03")
            person.keep_answers()
            kept.add("page", page, person.page.content())
            person.listen()
    finally:
        person.close()
    links = [json.loads(head)[0] for head in seen.kept["Admin"].of("answer") if str(head).startswith('["/download/')]
    with httpx.Client(trust_env=False, timeout=60) as client:
        for path in ("/health", "/ready", "/_stcore/health", "/_stcore/host-config", "/media/a.csv", "/manifest.json", "/none", *links[:4]):
            answer = client.get(seen.address + path)
            kept.add("answer", "machine", head_of(path, answer.status_code, answer.headers))
            kept.add("answer", "machine", answer.content)
