"""Figures as files at addresses of our own: each is made when it is asked for, from the release, with the rights of whoever asks.

An address says which figures of which release, signed so that nobody can put other words or a wider question into it. The signature
is not a right: rights are asked for again, and every file that is handed out is written down first.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import pandas as pd
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from metrics.access.audit import AuditLog, Event
from metrics.access.rules import check_can_download, check_can_open_page, on_page
from metrics.access.viewer import Viewer
from metrics.errors import AccessDenied, EqualityError, NotPublished
from metrics.exports.comparators import write_beside
from metrics.exports.csv import write_csv
from metrics.exports.workbook import write_workbook
from metrics.report import Report, Request
from metrics.settings import load_settings
from pages.shared import doorkeeper, logs, plain, reports, viewer

PLACE = "/download"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: Mapping[str, tuple[str, str, Callable[[Report, str], bytes]]] = {
    "xlsx": ("Excel", EXCEL, write_workbook),
    "csv": ("CSV", "text/csv; charset=utf-8", lambda report, _: write_csv(report)),
}
BESIDE: Mapping[str, tuple[str, str, Callable[[Report, str], bytes]]] = {"csv": ("CSV", "text/csv; charset=utf-8", write_beside)}
"""What other councils reported beside our figures."""
WHAT = {"figures": KINDS, "beside": BESIDE}
_OWN_KEY = secrets.token_bytes(32)
"""Where nobody signs in there is one process, and an address need not outlive it."""


@dataclass(frozen=True)
class Wanted:
    """Which figures: the question that a page asked of its release, and which of the answer's rows it shows."""

    page: str
    title: str
    request: Request
    rows: Mapping[str, tuple[str, ...]]
    """Column to the values kept; all columns must agree."""
    days: Mapping[str, tuple[str, ...]]
    """KPI to the period ends kept."""
    what: str = "figures"
    """A key of `WHAT`."""

    def token(self) -> str:
        said = {"page": self.page, "title": self.title, "request": asdict(self.request), "rows": dict(self.rows), "days": dict(self.days)}
        said["what"] = self.what
        packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(said, default=str).encode(), 9)).decode().rstrip("=")
        return f"{packed}.{_signature(packed)}"

    @classmethod
    def read(cls, token: str) -> Wanted | None:
        """None for what we did not sign."""
        packed, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), _signature(packed).encode()):
            return None
        said = json.loads(zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))))
        kept = [{k: tuple(v) for k, v in said[name].items()} for name in ("rows", "days")]
        return cls(said["page"], said["title"], _request(said["request"]), kept[0], kept[1], said["what"])

    def part(self, report: Report) -> Report:
        """The rows of an answer that were wanted."""
        cells = report.cells
        keep = pd.Series(True, index=cells.index)
        for column, values in self.rows.items():
            keep &= cells[column].astype(str).isin(values)
        pairs = {(kpi, day) for kpi, days in self.days.items() for day in days}
        found = zip(cells["kpi"].astype(str), pd.to_datetime(cells["period_end"]).dt.strftime("%Y-%m-%d"), strict=True)
        keep &= pd.Series([pair in pairs for pair in found], index=cells.index, dtype=bool)
        return replace(report, cells=cells[keep].reset_index(drop=True))


def wanted(page: str, title: str, report: Report, what: str = "figures") -> Wanted:
    """The rows of a report as a question that can be asked again."""
    cells = report.cells
    rows = {column: tuple(dict.fromkeys(cells[column].astype(str))) for column in ("kpi", "breakdown", "unit", "group")}
    ends = pd.to_datetime(cells["period_end"]).dt.strftime("%Y-%m-%d")
    days = {str(kpi): tuple(sorted(set(of))) for kpi, of in ends.groupby(cells["kpi"].astype(str))}
    narrow = replace(
        report.request,
        release=report.provenance.release,
        kpis=rows["kpi"],
        units=rows["unit"],
        breakdowns=rows["breakdown"],
        period_ends=None,
    )
    return Wanted(page, title, narrow, rows, days, what)


def _request(said: Mapping[str, Any]) -> Request:
    """A request as JSON left it: lists are tuples, and days are days."""
    known = {f.name for f in fields(Request)}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items() if name in known}
    if values.get("period_ends") is not None:
        values["period_ends"] = tuple(date.fromisoformat(day) for day in values["period_ends"])
    return Request(**values)


def _signature(packed: str) -> str:
    try:
        key = doorkeeper.keeper().sign_in.cookie_secret.encode()
    except AccessDenied:
        key = _OWN_KEY
    return base64.urlsafe_b64encode(hmac.digest(key, b"download:" + packed.encode(), sha256)).decode().rstrip("=")


def address(asked: Wanted, name: str, ending: str) -> str:
    """Where a file is; its last part is the name that a browser gives it."""
    return f"{PLACE}/{asked.token()}/{quote(file_name(name, asked.request.release or '', ending))}"


def file_name(name: str, release: str, ending: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{name}-{release}") + f".{ending}"


def download(asked: Asked) -> Response:
    """One file, checked, written down, and handed out; or a page that says why not."""
    try:
        return _download(asked)
    except (NotPublished, AccessDenied) as refused:
        said = " ".join(p.message for p in refused.problems)
        who = asked.scope.get("state", {}).get("viewer")
        if isinstance(refused, AccessDenied) and who is not None and who.mode == "signed_in":
            doorkeeper.keeper().refused(refused.reason, who.subject, ", ".join(who.roles))
        return _page(
            "This file is not open to you" if isinstance(refused, AccessDenied) else "This file is not there",
            said,
            403 if isinstance(refused, AccessDenied) else 404,
        )
    except EqualityError:
        logs.event("a download cannot be recorded or read", level=40)
        return _page(
            "This file cannot be handed out at the moment",
            "Every download is recorded, and at the moment that, or reading the release, is not possible.",
            503,
        )


def _download(asked: Asked) -> Response:
    found = Wanted.read(asked.path_params["token"])
    name = asked.path_params["name"]
    ending = name.rpartition(".")[2]
    if found is None or ending not in WHAT.get(found.what, {}):
        raise NotPublished("This link is not valid any more. Open the page that it was on and download the file from there.")
    who = asked.scope.get("state", {}).get("viewer") or viewer.without_sign_in()
    check_can_open_page(who, found.page)
    reader = on_page(who, found.page)
    whole = reports.store().read(found.request, reader)
    check_can_download(reader, found.page, whole.provenance.withdrawn is not None)
    report = found.part(whole)
    if report.cells.empty:
        raise NotPublished("The release has no such figures for you.")
    asked.scope.setdefault("state", {})["release"] = report.provenance.release
    _, mime, write = WHAT[found.what][ending]
    made = write(report, found.title)
    handed_out = file_name(name.rpartition(".")[0], "", ending).replace("-.", ".")  # whoever follows a link can write another name into it
    if asked.method != "HEAD":  # nothing leaves
        record(reader, found, report, handed_out)
    headers = {"content-disposition": f'attachment; filename="{handed_out}"'}
    return Response(made, media_type=mime, headers=headers)


def record(reader: Viewer, found: Wanted, report: Report, name: str) -> None:
    """Before the file leaves. The demo's figures are invented, so nothing is written down there."""
    about: dict[str, Any] = {
        "page": found.page,
        "release": report.provenance.release,
        "kpi": ",".join(found.rows["kpi"]),
        "file": name[:200],
    }
    if reader.mode == "signed_in":
        keeper = doorkeeper.keeper()
        keeper.audit.record(keeper.event("downloaded", reader, **about))
    elif reader.mode == "local":
        _local_audit().record(Event("downloaded", "local", "one analyst at this computer", **about))


@cache
def _local_audit() -> AuditLog:
    return AuditLog(load_settings(reports.config_folder()).audit_url)


def _page(title: str, words: str, status: int) -> Response:
    try:
        council = load_settings(reports.config_folder()).council
    except EqualityError:
        council = ""
    return plain.answer(title, words, council=council, first=("Back to the dashboard", "/"), status=status)


def routes() -> list[Route]:
    return [Route(PLACE + "/{token}/{name}", download, methods=["GET"])]
