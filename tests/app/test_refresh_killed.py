"""A refresh that is killed at any instant leaves the last release whole, and the next refresh starts clean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.support.tiny_council import TinyCouncil

ROOT = Path(__file__).resolve().parents[2]
KILLS = 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_twenty_kills(tmp_path: Path) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(date(2025, 3, 31))
    first = council.refresh()
    council.load(date(2026, 3, 31))
    one_period = len(first.batches[0].cells)
    command = [sys.executable, "-m", "tests.support.killed_refresh", str(council.folder), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(outcomes) == KILLS
    old = {"release": "2026-07-21", "cells": one_period, "systems": 1}
    new = {"release": "2026-07-21.2", "cells": 2 * one_period, "systems": 2}
    assert all(o["after_kill"] in (old, new) for o in outcomes)
    assert all(o["next_refresh"] == 0 and o["after_next"] == new for o in outcomes)
    assert sum(o["killed"] for o in outcomes) >= KILLS // 2, "most refreshes must be killed before they end"
    assert any(o["killed"] and o["after_kill"] == old for o in outcomes)
