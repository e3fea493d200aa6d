"""Processes change nothing but the time it takes; what ends one of them ends the work, and the last release stands."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import date
from multiprocessing import active_children
from pathlib import Path

import pandas as pd
import pytest

from metrics.errors import DisclosureError, Problem
from metrics.pipeline import RefreshResult
from metrics.pipeline.parallel import AHEAD, MOST, Workers, processors
from metrics.pipeline.road import WORTH_STARTING, is_much
from tests.support.parts import ENDED, REFUSED, STRANGE, work
from tests.support.tables import Published, each, from_dict, make_counts
from tests.support.tiny_council import TinyCouncil

DAYS = (date(2025, 3, 31), date(2025, 6, 30), date(2026, 3, 31))


def test_results_come_in_the_order_of_the_parts_and_errors_as_they_were() -> None:
    taken = []

    def parts() -> Iterator[int]:
        for part in range(60):
            taken.append(part)
            yield part

    with Workers(work, 100, 2) as workers:
        results = workers.run(parts())
        first = next(results)
        assert len(taken) <= 2 * AHEAD + 1  # parts are made as processes become free, and results do not pile up
        found = [first, *results]
        assert [number for number, _ in found] == list(range(100, 160))
        who = {process for _, process in found}
        assert 1 <= len(who) <= 2
        assert os.getpid() not in who

        results = workers.run([1, REFUSED])
        assert next(results)[0] == 101
        with pytest.raises(DisclosureError) as raised:
            list(results)
        assert raised.value.problems == (Problem("a", "first"), Problem("b", "second"))
        assert raised.value.advice == "do better"
        with pytest.raises(RuntimeError, match="two numbers"):
            list(workers.run([STRANGE]))

        with pytest.raises(DisclosureError, match="ended from outside"):
            list(workers.run([ENDED]))
    assert not active_children()


@pytest.mark.parametrize(("processes", "here"), [(1, False), (4, True)])
def test_little_work_is_done_in_this_process(processes: int, here: bool) -> None:
    with Workers(work, 1, processes) as workers:
        assert list(workers.run([1, 2], here=here)) == [(2, os.getpid()), (3, os.getpid())]
        assert not active_children()


def test_as_many_processes_as_processors_up_to_a_few_where_there_is_enough_to_do() -> None:
    assert 1 <= processors() <= MOST
    axes = {"x": ["a", "b"]}
    small = make_counts({"c": None}, axes, from_dict({"c": None}, axes, {("c", "a"): 9}), [Published({"x": each("a", "b")})])
    assert not is_much([])
    assert not is_much([small] * 4)
    assert is_much([small] * WORTH_STARTING)


@pytest.fixture
def council(tmp_path: Path) -> TinyCouncil:
    council = TinyCouncil.found(tmp_path / "council")
    for day in DAYS[:2]:
        council.load(day)
    return council


def bytes_of(result: RefreshResult) -> list[str]:
    """Everything that is published, without how long it took."""
    found = []
    for batch in result.batches:
        certificate = {name: value for name, value in batch.certificate.items() if name != "seconds"}
        parts = pd.DataFrame(batch.parts).to_csv()
        found += [repr(batch.label), batch.cells.to_csv(), json.dumps(certificate), json.dumps(batch.system), parts]
    return found


def test_the_same_bytes_whatever_the_number_of_processes(council: TinyCouncil) -> None:
    alone = bytes_of(council.refresh(dry_run=True, processes=1))
    assert bytes_of(council.refresh(dry_run=True, processes=2)) == alone
    assert len(alone) == 4 * 5


def test_an_ended_process_or_an_interruption_leaves_the_last_release_as_it_was(council: TinyCouncil) -> None:
    first = council.refresh().release
    council.load(DAYS[2])
    held = [json.dumps(system) for _, system in council.store.systems()]

    def end_one(words: str, *_: int) -> None:
        if words.endswith("protecting"):
            os.kill(active_children()[0].pid, signal.SIGKILL)  # type: ignore[arg-type]
            os.kill(active_children()[-1].pid, signal.SIGKILL)  # type: ignore[arg-type]

    def interrupt(words: str, *_: int) -> None:
        if words.endswith("protecting"):
            raise KeyboardInterrupt

    for progress, error in ((end_one, DisclosureError), (interrupt, KeyboardInterrupt)):
        with pytest.raises(error):
            council.refresh(processes=2, progress=progress)
        assert not active_children()
        assert council.store.latest() == first
    assert [json.dumps(s) for _, s in council.store.systems()] == held
    assert council.refresh().release not in (None, first)
