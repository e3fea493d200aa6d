"""Signing in, in tests: an identity provider on loopback, a council whose figures tell where they come from, and the real server."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.access.audit import AuditLog
from metrics.releases.draft import BatchLabel, Draft, DraftBatch
from metrics.releases.store import ReleaseStore
from metrics.statistics.intervals import wilson
from tests.support.browser import ROOT, free_port, serving, wait_for_server, wait_run
from tests.support.certified import certified
from tests.support.reports import UNITS, some_cells, some_contents

HERE = Path(__file__).parent / "oidc"
COOKIE_SECRET = "loopback-only-" + "0123456789abcdef" * 4
TENANT = "loopback"
ROLES: Mapping[str, Mapping[str, Any]] = {
    "Admin": {"title": "Dashboard administrator", "audience": "leadership", "pages": "all", "units": "all", "administrator": True},
    "Lead": {"title": "Senior leadership", "audience": "leadership", "pages": "all", "units": "all"},
    "Operations": {
        "title": "Officer of operations", "audience": "leadership", "pages": ["overview", "kpi", "directorate"], "units": ["operations"],
    },
    "Adults": {"title": "Officer of adult care", "audience": "leadership", "pages": ["kpi", "gaps"], "units": ["adults"]},
    "Scrutiny": {"title": "Scrutiny committee", "audience": "public", "pages": ["overview", "gaps"], "units": "all"},
}  # fmt: skip
ACCOUNTS: Mapping[str, Mapping[str, Any]] = {
    "admin": {"name": "Ada Administrator", "roles": ["Admin"]},
    "lead": {"name": "Sam Leader", "roles": ["Lead"]},
    "operations": {"name": "Olu Officer", "roles": ["Operations"]},
    "adults": {"name": "Ana Officer", "roles": ["Adults"]},
    "scrutiny": {"name": "Sky Member", "roles": ["Scrutiny"]},
    "two": {"name": "Two Hats", "roles": ["Operations", "Adults"]},
    "nobody": {"name": "No Role", "roles": []},
    "stranger": {"name": "Other Council", "roles": ["Lead"], "tid": "elsewhere"},
    "groups": {"name": "Many Groups", "roles": ["Lead"], "groups": 190},
}


def install() -> Path:
    """The provider's folder, installed once for all test processes; what is missing is a failure in CI and a skip elsewhere."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        words = f"{' and '.join(missing)} not found: the identity provider of these tests needs them"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    lock = (HERE / "package-lock.json").read_bytes() + (HERE / "package.json").read_bytes()
    user = os.getuid() if hasattr(os, "getuid") else "any"
    folder = Path(tempfile.gettempdir()) / f"equality-provider-{user}-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        draft = Path(tempfile.mkdtemp(prefix="equality-provider-"))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, draft)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=draft, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            words = f"npm ci of the identity provider failed: {done.stderr[-300:]}"
            if os.environ.get("CI") == "true":
                pytest.fail(words)
            pytest.skip(words)
        try:
            draft.rename(folder)
        except OSError:  # another test process was first
            shutil.rmtree(draft, ignore_errors=True)
    return folder


@dataclass
class Identities:
    """The running provider."""

    address: str
    accounts: Path
    log: Path

    @property
    def metadata_url(self) -> str:
        return f"{self.address}/.well-known/openid-configuration"

    def change(self, login: str, **account: Any) -> None:
        """From the next sign-in on."""
        known = json.loads(self.accounts.read_text())
        known[login] = {**known.get(login, {}), **account}
        self.accounts.write_text(json.dumps(known))

    def asked(self) -> list[dict[str, Any]]:
        """Every authorization request so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@contextlib.contextmanager
def provider(redirect_uri: str) -> Iterator[Identities]:
    code = install()
    port = free_port()
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryFile() as log:
        shutil.copy(HERE / "provider.mjs", code / f"provider-{port}.mjs")
        found = Identities(f"http://127.0.0.1:{port}", Path(place) / "accounts.json", Path(place) / "asked.jsonl")
        found.accounts.write_text(json.dumps(ACCOUNTS))
        command = ["node", f"provider-{port}.mjs", str(port), redirect_uri, str(found.accounts), str(found.log)]
        server = subprocess.Popen(command, cwd=code, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for_server(server, found.metadata_url, log, "the identity provider")
            yield found
        finally:
            server.terminate()
            server.wait(10)
            (code / f"provider-{port}.mjs").unlink(missing_ok=True)


# a council whose figures tell where they come from


def marks(audience: str = "leadership") -> dict[str, int]:
    """A number of five digits for each unit, that appears nowhere else: the base of each of its figures."""
    start = 30_011 if audience == "leadership" else 60_013
    return {unit[0]: start + 370 * place for place, unit in enumerate(UNITS)}


def publish(url: str) -> str:
    """One release of Alderbourne for both audiences; each figure's base is its unit's mark."""
    contents = some_contents(synthetic=False)
    cells = some_cells(contents)
    measures = {id: kpi.measure for id, kpi in contents.kpis.items()}
    batches = [batch for audience in ("leadership", "public") for batch in _batches(cells, marks(audience), audience, measures)]
    p = contents.provenance
    notes = dict.fromkeys(("leadership", "public"), p.disclosure_note)
    draft = Draft(
        published_at=datetime(2026, 5, 21, 9, 30, tzinfo=UTC), council=p.council, synthetic=False, currency="£",
        definition_version=p.definition_version, notes_for=notes, datasets={"hr": "Staff records"}, kpis=contents.kpis,
        units=contents.units, dimensions=contents.dimensions, batches=tuple(batches),
    )  # fmt: skip
    return ReleaseStore(url).publish(draft)


def _batches(cells: pd.DataFrame, mark: Mapping[str, int], audience: str, measures: Mapping[str, str]) -> Iterator[DraftBatch]:
    made = cells.copy()
    shown = made["value"].notna()
    base = made["unit"].map(mark).astype(float)
    made["denominator"] = base.where(made["denominator"].notna())
    made["everyone"] = base.where(made["everyone"].notna())
    share = made["kpi"].map(measures) == "proportion"
    made["numerator"] = (base * made["value"].where(share, 0.5)).round().where(shown & made["numerator"].notna())
    made["value"] = (made["numerator"] / base).where(share & shown, made["value"])
    made["value"] = made["numerator"].where((made["kpi"].map(measures) == "count") & shown, made["value"])
    made[["lower", "upper"]] = wilson(made["numerator"].where(share), made["denominator"].where(share))
    made[["gap", "ratio", "declared", "bound_low", "bound_high"]] = np.nan  # what the marks would give is nobody's matter here
    for day, rows in made.groupby(made["period_end"].dt.date):
        kpis = {str(k): f"{k}-v1" for k in rows["kpi"].unique()}
        label = BatchLabel("hr", day, day, audience, audience, day, f"data-{day}", "all-v1", kpis)
        yield certified(label, rows.reset_index(drop=True), measures=measures)


SETTINGS = "council: Alderbourne City Council\nsynthetic: false\n"
DISCLOSURE = """profiles:
  leadership: {title: Leadership version}
  public: {title: Public version, council: round}
audiences: {leadership: leadership, public: public}
"""


def write_access(config: Path, **changes: Any) -> None:
    """JSON is YAML too. `changes`: hours, heartbeat_seconds, cut_off, roles."""
    access = {
        "claims": {"person": "oid+tid", "tenant": TENANT},
        "session": {"hours": changes.pop("hours", 8), "heartbeat_seconds": changes.pop("heartbeat_seconds", 2)},
        "roles": {name: dict(role) for name, role in (changes.pop("roles", None) or ROLES).items()},
        "cut_off": changes.pop("cut_off", []),
    }
    assert not changes
    draft = config / "access.draft"
    draft.write_text(json.dumps(access, indent=1), encoding="utf-8")
    draft.replace(config / "access.yaml")


def write_config(config: Path) -> None:
    config.mkdir(parents=True, exist_ok=True)
    (config / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    (config / "disclosure.yaml").write_text(DISCLOSURE, encoding="utf-8")
    rows = [f'{id},"{name}",{parent or ""},{level},,,' for id, name, parent, level, _, _ in UNITS]
    (config / "organisation.csv").write_text(
        "\n".join(["unit,name,parent,level,valid_from,valid_to,successor", *rows, ""]), encoding="utf-8"
    )
    write_access(config)


@dataclass
class Signed:
    """A running dashboard that people sign in to."""

    address: str
    config: Path
    release: str
    audit_url: str
    identities: Identities | None

    @property
    def audit(self) -> AuditLog:
        return AuditLog(self.audit_url)

    def cookie(self, login: str = "lead", **claims: Any) -> str:
        """An identity cookie as the gate makes it, for tests without a browser."""
        return cookie(self.address, login, **claims)


def claims_of(login: str, **more: Any) -> dict[str, Any]:
    account = ACCOUNTS.get(login, {"name": login, "roles": []})
    kept = {"oid": f"object-{login}", "tid": account.get("tid", TENANT), "name": account["name"], "roles": account["roles"]}
    return {**kept, "iat": int(time.time()) - 5, "session": f"session-{login}", **more}


def cookie(address: str, login: str = "lead", secret: str = COOKIE_SECRET, name: str = "_streamlit_user", **more: Any) -> str:
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    said = {"is_logged_in": True, "origin": address, "provider": "default", **claims_of(login, **more)}
    return create_signed_value(secret, name, json.dumps({k: v for k, v in said.items() if v is not None})).decode()


@contextlib.contextmanager
def signed_in_dashboard(folder: Path, with_provider: bool = True, workers: int = 1, **access: Any) -> Iterator[Signed]:
    """The real server in mode signed_in, fresh, with a fresh release."""
    config = folder / "config"
    write_config(config)
    if access:
        write_access(config, **access)
    release = publish(f"sqlite:///{folder}/releases.sqlite")
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        identities = stack.enter_context(provider(f"{base}/oauth2callback")) if with_provider else None
        environment = environment_of(folder, base, identities)
        command = [sys.executable, str(ROOT / "pages/shared/workers.py"), "--port", str(port), "--workers", str(workers)]
        stack.enter_context(serving(command, port, environment))
        yield Signed(base, config, release, environment["EQUALITY_AUDIT_URL"], identities)


def environment_of(folder: Path, base: str, identities: Identities | None) -> dict[str, str]:
    return {
        "EQUALITY_CONFIG": str(folder / "config"), "EQUALITY_MODE": "signed_in", "EQUALITY_PUBLIC_URL": base,
        "EQUALITY_RELEASES_URL": f"sqlite:///{folder}/releases.sqlite", "EQUALITY_AUDIT_URL": f"sqlite:///{folder}/audit.sqlite",
        "EQUALITY_OIDC_METADATA_URL": identities.metadata_url if identities else "http://127.0.0.1:9/.well-known/openid-configuration",
        "EQUALITY_OIDC_CLIENT_ID": "dashboard", "EQUALITY_OIDC_CLIENT_SECRET": "loopback-only-secret-loopback-only-secret",
        "EQUALITY_COOKIE_SECRET": COOKIE_SECRET, "EQUALITY_OIDC_PROMPT": "login",
    }  # fmt: skip


def sign_in(page: Any, login: str) -> None:
    """From the dashboard's own sign-in page through the provider's form and back."""
    page.get_by_role("link", name="Sign in").first.click()
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")


def open_as(chromium: Any, found: Signed, login: str, path: str = "/", width: int = 1280) -> Any:
    """A fresh browser context with somebody signed in, on a page."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(found.address + path)
    sign_in(page, login)
    page.wait_for_url(f"{found.address}/**")
    wait_run(page)
    return page
