"""`equality movements`: counts that moved by a few people between published days, told to the analyst and to nobody else."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from metrics.access.viewer import Viewer
from metrics.cli.main import main
from metrics.releases.movements import how_many_moved
from tests.support.tiny_council import TinyCouncil

MARCH, JUNE, SEPTEMBER = date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)
Run = Callable[..., tuple[int, str, str]]
People = Mapping[tuple[str, str, str], int]
"""Directorate, sex and answer on disability to how many."""

BEFORE: People = {
    ("Housing", "female", "disabled"): 20, ("Housing", "female", "not_disabled"): 100, ("Housing", "male", "disabled"): 30,
    ("Housing", "male", "not_disabled"): 110, ("Parks", "female", "disabled"): 40, ("Parks", "female", "not_disabled"): 80,
    ("Parks", "male", "disabled"): 22, ("Parks", "male", "not_disabled"): 60,
}  # fmt: skip
ONE_JOINED = {**BEFORE, ("Housing", "female", "disabled"): 21}
"""One woman who says that she is disabled. Council: disabled women 60 to 61; Housing stays 50, as 50 and 51 are rounded."""
SIX_MORE = {**ONE_JOINED, ("Parks", "male", "disabled"): 28, ("Parks", "male", "not_disabled"): 59}
"""Five men more, six of them disabled: too many for exact counts. Of Parks 62 disabled become 68, shown as 60 and 70: two steps of
rounding; 202 in all become 207, shown as 200 and 205: one."""


def load(council: TinyCouncil, day: date, people: People) -> None:
    everyone = [key for key, many in sorted(people.items()) for _ in range(many)]
    council.load_rows(day, [(number, *key) for number, key in enumerate(everyone)], council.folder / f"hand-{day}.csv")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    council = TinyCouncil.found(tmp_path_factory.mktemp("moved") / "council")
    for day, people in ((MARCH, BEFORE), (JUNE, ONE_JOINED), (SEPTEMBER, SIX_MORE)):
        load(council, day, people)
    council.refresh()
    return council


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def command(council: TinyCouncil, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(council.folder)
        with pytest.raises(SystemExit) as ended:
            main(["movements", *arguments])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return command


def moved(said: str, day: date) -> set[tuple[str, str, int, int, int | None]]:
    """Unit, categories, before, after and step of one period."""
    (period,) = [p for p in json.loads(said)["periods"] if p["period_end"] == day.isoformat()]
    assert period["counts"] == len(period["movements"])
    return {
        (m["unit"], " ".join(f"{a}={'|'.join(c)}" for a, c in sorted(m["categories"].items())), m["was"], m["now"], m["rounded_to"])
        for m in period["movements"]
    }


def test_exact_counts_that_moved_by_less_than_the_threshold(published: TinyCouncil, run: Run) -> None:
    code, out, _ = run(published, "--json", "--period", "2026-06-30")
    assert code == 0
    known, doubtful = "disability=disabled|not_disabled", "disability=disabled|not_known"
    assert moved(out, JUNE) == {
        ("littlewick", "", 462, 463, None),
        ("littlewick", "disability=disabled", 112, 113, None),
        ("littlewick", known, 462, 463, None),
        ("littlewick", doubtful, 112, 113, None),
        ("littlewick", "sex=female", 240, 241, None),
        ("littlewick", "disability=disabled sex=female", 60, 61, None),
        ("littlewick", f"{known} sex=female", 240, 241, None),
        ("littlewick", f"{doubtful} sex=female", 60, 61, None),
    }, "nothing of Housing: 50 and 51 disabled are shown alike"
    assert [p["period_end"] for p in json.loads(out)["periods"]] == ["2026-06-30"]


def test_rounded_counts_that_crossed_one_step(published: TinyCouncil, run: Run) -> None:
    _, out, _ = run(published, "--json", "--period", "2026-09-30")
    assert moved(out, SEPTEMBER) == {("parks", "", 200, 205, 5), ("parks", "disability=disabled|not_disabled", 200, 205, 5)}


def test_it_says_in_words_where_and_what(published: TinyCouncil, run: Run) -> None:
    code, out, _ = run(published, "--period", "2026-06-30")
    assert code == 0
    assert "HR extract, 30 June 2026: " in out
    assert "WR03 Disabled staff, Littlewick Town Council, by sex" in out
    lines = [line.split() for line in out.splitlines() if line.startswith("Women")]
    assert ["Women", "counted", "60", "61", "+1", "2026-03-31", "–", "–"] in lines
    assert ["Women", "base", "240", "241", "+1", "2026-03-31", "–", "–"] in lines


def test_nobody_else_may_open_the_file(published: TinyCouncil, run: Run) -> None:
    _, out, _ = run(published, "--json")
    file = Path(json.loads(out)["file"])
    assert file.parent == published.settings.private_folder
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    _, said, _ = run(published)
    again = Path(said.rsplit("Also in ", 1)[1].split(", which")[0])
    assert again != file, "a report is never written over another"
    assert again.read_text() == file.read_text()
    assert said.startswith(file.read_text().rstrip())


def test_the_number_alone_is_there_for_readers(published: TinyCouncil, run: Run) -> None:
    _, out, _ = run(published, "--json")
    told = {p["period_end"]: p["counts"] for p in json.loads(out)["periods"]}
    counted = how_many_moved(published.store)
    assert {day.isoformat(): many for (_, day), many in counted.items()} == told
    assert set(counted) == {("hr", JUNE), ("hr", SEPTEMBER)}, "the first day has none to compare with"
    assert all(many > 0 for many in counted.values())
    (newest,) = published.store.list_releases()[:1]
    assert published.store.few_moved(newest.id, Viewer("leadership", "local")) == (SEPTEMBER, counted["hr", SEPTEMBER])
    assert published.store.few_moved(newest.id, Viewer("public", "local")) is None, "only the first audience is told"


def test_a_day_that_is_not_there_is_refused(published: TinyCouncil, run: Run) -> None:
    code, _, err = run(published, "--period", "2026-05-31")
    assert code == 2
    assert "2026-03-31, 2026-06-30, 2026-09-30" in err


def test_rows_about_people_are_not_needed(published: TinyCouncil, tmp_path: Path, run: Run) -> None:
    council = published.copy(tmp_path / "council")
    for file in council.folder.glob("data/workforce*"):
        file.unlink()
    code, out, _ = run(council, "--json")
    assert code == 0
    assert json.loads(out)["counts"] > 0
