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
    council.refresh()
    council.load(date(2026, 3, 31))
    command = [sys.executable, "-m", "tests.support.killed_refresh", str(council.folder), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    undisturbed, *outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    old, new = undisturbed["before"], undisturbed["after"]
    assert (old["release"], old["listed"], old["file"]) == ("2026-07-21", ["2026-07-21"], ["ok"])
    assert (new["release"], new["listed"], new["file"]) == ("2026-07-21.2", ["2026-07-21.2", "2026-07-21"], ["ok"])
    assert len(new["systems"]) == 2 * len(old["systems"]) == 4

    assert len(outcomes) == KILLS
    assert all(o["after_kill"] in (old, new) for o in outcomes), "the last release whole, or the new one whole: nothing between"
    assert all((o["next_refresh"], o["after_next"]) == (0, new) for o in outcomes), "the next refresh publishes as if nothing had been"
    killed = [o for o in outcomes if o["killed"]]
    assert len(killed) >= KILLS // 2, "most refreshes must be killed before they end"
    assert {"protecting", "publishing"} <= {o["stage"] for o in killed}
    assert all(o["after_kill"] == old for o in killed if o["stage"] != "publishing")
    assert any(o["after_kill"] == old for o in killed if o["stage"] == "publishing"), "a kill inside the step that publishes"
