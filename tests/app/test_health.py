"""What a machine that watches is told: up, ready, how old, why not; and nothing more than that."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from metrics.errors import SourceError
from pages.shared import health, reports
from tests.support.reports import MemoryStore


class Broken:
    """A store whose driver quotes a password."""

    def list_releases(self):
        raise RuntimeError("could not connect with password=secret to 10.0.0.9")


class Empty:
    def list_releases(self):
        return ()


def asked(monkeypatch: pytest.MonkeyPatch, store, audit=None) -> tuple[int, dict[str, object], str]:
    monkeypatch.setattr(reports, "store", lambda: store)
    answer = TestClient(Starlette(routes=health.Checks(audit).routes())).get("/ready")
    return answer.status_code, answer.json(), answer.text


def refuses():
    raise SourceError("The audit log sqlite:////x/secret cannot be used.")


def test_ready_names_the_newest_release_and_its_age_and_nothing_else(monkeypatch):
    store = MemoryStore()
    status, said, _ = asked(monkeypatch, store, lambda: True)
    newest = max(store.list_releases(), key=lambda r: r.published_at)
    assert status == 200
    assert said == {"ready": True, "release": newest.id, "age_days": health.age_in_days(newest.published_at), "reasons": []}


@pytest.mark.parametrize(
    ("store", "audit", "reasons"),
    [
        (Empty(), None, ["no release has been published"]),
        (Broken(), None, ["the release store cannot be opened"]),
        (MemoryStore(), refuses, ["the audit log cannot be written"]),
        (MemoryStore(), lambda: False, ["the audit log cannot be written"]),
        (Broken(), refuses, ["the release store cannot be opened", "the audit log cannot be written"]),
    ],
)
def test_not_ready_says_each_reason_in_plain_words(monkeypatch, store, audit, reasons):
    status, said, text = asked(monkeypatch, store, audit)
    assert status == 503
    assert (said["ready"], said["reasons"]) == (False, reasons)
    assert "secret" not in text


def test_up_does_not_depend_on_the_store(monkeypatch):
    monkeypatch.setattr(reports, "store", lambda: Broken())
    answer = TestClient(Starlette(routes=health.Checks().routes())).get("/health")
    assert (answer.status_code, answer.text) == (200, json.dumps({"up": True}, separators=(",", ":")))


def test_a_flood_of_questions_is_one_look(monkeypatch):
    looks: list[float] = []
    monkeypatch.setattr(health, "look", lambda audit: looks.append(time.monotonic()) or health.Readiness())
    checks = health.Checks()
    for _ in range(50):
        checks.readiness()
    assert len(looks) == 1
    monkeypatch.setattr(health, "KEPT_SECONDS", -1)
    checks.readiness()
    assert len(looks) == 2


@pytest.mark.parametrize(("days", "age"), [(0, 0), (0.9, 0), (1.1, 1), (120.5, 120), (-3, 0)])
def test_age_is_in_whole_days(days, age):
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert health.age_in_days(now - timedelta(days=days), now) == age


@pytest.mark.parametrize(
    ("setting", "age", "warned"), [("", 120, False), ("", 121, True), ("warn_after_days: 10\n", 11, True), ("", None, False)]
)
def test_an_old_release_is_said_at_the_start(setting, age, warned, tmp_path: Path, monkeypatch, caplog):
    (tmp_path / "settings.yaml").write_text(f"council: Alderbourne\n{setting}", encoding="utf-8")
    monkeypatch.setattr(reports, "config_folder", lambda: tmp_path)
    with caplog.at_level(logging.INFO, logger="equality"):
        health.warn_if_old(health.Readiness("2026-05-21" if age else None, age))
    assert [record.fields for record in caplog.records] == ([{"days": age, "release": "2026-05-21"}] if warned else [])
