"""Refresh and pages read a KPI over time in the same way, so that the word in a release and the chart beside it agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from metrics.definitions.kpi import Kpi
from metrics.definitions.load import load_configuration
from metrics.definitions.spc import Rebase, Spc, SpcBaseline
from metrics.evaluate.change import usuals
from metrics.pipeline.summaries import summarise_kpi
from metrics.releases.snapshot import Snapshot, pack_snapshot, unpack_snapshot

ROOT = Path(__file__).resolve().parents[3]
SPC = Spc(
    baseline=SpcBaseline.model_validate({"from": date(2023, 4, 1), "to": date(2024, 3, 31)}),
    rebase=(Rebase(date=date(2025, 4, 1), reason="Reminders"),),
    run=8,
    trend=6,
)


def test_every_shipped_kpi_is_read_alike_by_both_and_out_of_a_stored_release():
    configuration = load_configuration(ROOT / "config")
    changed: dict[str, Kpi] = {**configuration.kpis, "TR01": configuration.kpis["TR01"].model_copy(update={"spc": SPC})}
    told = usuals(replace(configuration, kpis=changed))
    summaries = {id: summarise_kpi(configuration, kpi) for id, kpi in changed.items()}
    stored = unpack_snapshot(pack_snapshot(Snapshot("Council", "£", {}, {}, summaries, {}, {}))).kpis
    for id in changed:
        assert summaries[id].usual == told[id]
        assert stored[id].usual == told[id]
    assert told["TR01"].rebases == (date(2025, 4, 1),)
    assert (told["TR01"].rules.run, told["TR01"].rules.trend) == (8, 6)
    assert stored["TR01"].rebases == (("2025-04-01", "Reminders"),)
