"""`equality releases` and its subcommands as a person or a script meets them: what is printed, how it ends, what is recorded."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from metrics.access.audit import AuditLog
from metrics.cli.main import main
from tests.support.first_store import build_first_store
from tests.support.tiny_council import TinyCouncil

MARCH_25, MARCH, JUNE = date(2025, 3, 31), date(2026, 3, 31), date(2026, 6, 30)
ONE, TWO, THREE = "2026-07-21", "2026-07-21.2", "2026-07-21.3"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    """Three releases, each with a period more. No test changes it."""
    council = TinyCouncil.found(tmp_path_factory.mktemp("published") / "council")
    for day in (MARCH_25, MARCH, JUNE):
        council.load(day)
        council.refresh()
    return council


@pytest.fixture
def council(published: TinyCouncil, tmp_path: Path) -> TinyCouncil:
    return published.copy(tmp_path / "council")


@pytest.fixture
def run(council: TinyCouncil, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(council.folder)
    for variable in ("EQUALITY_CONFIG", "EQUALITY_WORKFORCE_URL", "EQUALITY_RELEASES_URL", "EQUALITY_AUDIT_URL"):
        monkeypatch.delenv(variable, raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["releases", *arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return int(ended.value.code or 0), printed.out, printed.err

    return command


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A person who answers."""

    class Person:
        def __init__(self, answer: str) -> None:
            self._answer = answer

        def isatty(self) -> bool:
            return True

        def readline(self, *_: object) -> str:
            return f"{self._answer}\n"

    return lambda answer: monkeypatch.setattr(sys, "stdin", Person(answer))


def standing(council: TinyCouncil) -> list[str]:
    return [r.id for r in council.store.list_releases() if not r.withdrawn]


def recorded(council: TinyCouncil) -> list[tuple[str, str]]:
    return [(e.what, e.release) for e in AuditLog(council.settings.audit_url).events()]


# withdraw


def test_a_person_is_asked_and_the_withdrawal_is_recorded(council: TinyCouncil, run: Run, at_a_terminal: Callable[[str], None]) -> None:
    at_a_terminal("n")
    code, _, complained = run("withdraw", THREE, "--reason", "Agency staff were counted twice")
    assert code == 1
    assert f"Withdraw {THREE}, for readers to see: Agency staff were counted twice?" in complained
    assert "Nothing was withdrawn." in complained
    assert f"Some of its figures stand in earlier releases too: {ONE}, {TWO}." in complained
    assert (standing(council), recorded(council)) == ([THREE, TWO, ONE], [])
    at_a_terminal("y")
    code, out, _ = run("withdraw", THREE, "--reason", "Agency staff were counted twice")
    assert code == 0
    assert f"Withdrew {THREE}. Readers are led to {TWO}." in out
    assert (standing(council), recorded(council)) == ([TWO, ONE], [("withdrawn", THREE)])
    listed = run()[1]
    assert "withdrawn on 20" in listed
    assert ": Agency staff were counted twice" in listed


def test_a_script_says_yes_itself(council: TinyCouncil, run: Run) -> None:
    code, _, complained = run("withdraw", THREE, "--reason", "Wrong")
    assert code == 2
    assert "Nothing was withdrawn. Nobody can be asked here." in complained
    assert "--yes" in complained
    assert standing(council) == [THREE, TWO, ONE]
    code, out, _ = run("withdraw", TWO, "--reason", "Wrong", "--with-later", "--yes", "--json")
    assert code == 0
    assert json.loads(out) == {"withdrawn": [TWO, THREE], "reason": "Wrong", "latest": ONE}
    assert recorded(council) == [("withdrawn", TWO), ("withdrawn", THREE)]


def test_later_releases_are_listed_until_somebody_decides(council: TinyCouncil, run: Run) -> None:
    code, _, complained = run("withdraw", ONE, "--reason", "Wrong", "--yes")
    assert code == 2
    assert f"later releases hold the same figures: {TWO}, {THREE}." in complained
    assert "--with-later" in complained
    code, out, complained = run("withdraw", ONE, "--reason", "Wrong", "--only-this", "--yes")
    assert code == 0
    assert f"The same figures stay in later releases: {TWO}, {THREE}." in complained
    assert f"Readers are led to {THREE}." in out


def test_nothing_left_is_said(council: TinyCouncil, run: Run) -> None:
    code, out, _ = run("withdraw", ONE, "--reason", "All wrong", "--with-later", "--yes")
    assert code == 0
    assert f"Withdrew {ONE}, {TWO} and {THREE}. No release stands" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("withdraw", "2020-01-01", "--reason", "x", "--yes"), 1, "There is no release '2020-01-01'"),
        (("withdraw", THREE, "--yes"), 2, "--reason: found nothing; write one sentence that readers will see"),
        (("withdraw", THREE, "--reason", "  ", "--yes"), 2, "--reason: found nothing"),
        (("withdraw", ONE, "--reason", "x", "--with-later", "--only-this"), 2, "say the opposite of each other"),
        (("--json", "withdraw", THREE, "--reason", "x"), 2, "--json stands before 'withdraw'"),
        (("--config", "elsewhere", "restore", "x.zip"), 2, "--config stands before 'restore'"),
        (("restore", "none.zip"), 2, "none.zip: there is no such file"),
        (("restore", "config/settings.yaml"), 2, "is not a whole archive of releases"),
        (("backup", "none/x.zip"), 2, "there is no folder none"),
        (("backup", "config/settings.yaml"), 2, "is there already and was left as it is"),
        (("withdraw",), 2, "ID"),
        (("prune",), 2, "No such command"),
    ],
)
def test_refusals_are_words_and_an_exit_code(council: TinyCouncil, run: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    ended, _, complained = run(*arguments)
    assert (ended, words in complained) == (code, True), complained
    assert standing(council) == [THREE, TWO, ONE]


def test_where_the_audit_log_cannot_be_written_nothing_is_withdrawn(council: TinyCouncil, run: Run) -> None:
    Path(council.settings.audit_url.partition(":///")[2]).write_bytes(b"not a database" * 100)
    code, _, complained = run("withdraw", THREE, "--reason", "Wrong", "--yes")
    assert code == 3
    assert "The audit log" in complained
    assert standing(council) == [THREE, TWO, ONE]


# backup, restore, upgrade


def test_a_backup_and_its_restore(council: TinyCouncil, run: Run, at_a_terminal: Callable[[str], None]) -> None:
    code, out, _ = run("backup", "releases.zip")
    assert code == 0
    assert out.startswith("Wrote releases.zip: 3 releases, ")
    assert "SHA-256 " in out
    code, _, complained = run("restore", "releases.zip")
    assert code == 2
    assert f"holds 3 releases, the newest {THREE}. Nothing was restored." in complained
    at_a_terminal("n")
    assert run("restore", "releases.zip", "--replace")[0] == 1
    at_a_terminal("y")
    code, out, _ = run("restore", "releases.zip", "--replace")
    assert code == 0
    assert f"The newest that stands: {THREE}." in out
    assert "Start `equality serve` again" in out
    (council.folder / "data/releases.sqlite").unlink()
    code, out, _ = run("restore", "releases.zip", "--json")
    assert (code, json.loads(out)["releases"]) == (0, [ONE, TWO, THREE])
    assert standing(council) == [THREE, TWO, ONE]


def test_an_old_store_says_what_to_run_and_the_command_does_it(tmp_path: Path, run: Run, council: TinyCouncil) -> None:
    file = council.folder / "data/releases.sqlite"
    for path in file.parent.glob("releases.sqlite*"):
        path.unlink()
    build_first_store(f"sqlite:///{file}")
    code, _, complained = run()
    assert code == 3
    assert "Run `equality releases upgrade`" in complained
    code, out, _ = run("upgrade", "--dry-run")
    assert code == 0
    assert "has version 1; this product's is 3." in out
    assert "Dry run: nothing was changed." in out
    assert run()[0] == 3
    code, out, _ = run("upgrade")
    assert code == 0
    assert f"First a copy: {file.with_name('releases.version-1.sqlite')}" in out
    assert "Upgraded to version 3." in out
    assert run()[0] == 0
    code, out, _ = run("upgrade")
    assert (code, "Nothing to do." in out) == (0, True)


def test_before_anything_was_published(council: TinyCouncil, run: Run) -> None:
    for path in (council.folder / "data").glob("releases.sqlite*"):
        path.unlink()
    for arguments in (("backup", "x.zip"), ("upgrade",), ("withdraw", ONE, "--reason", "x", "--yes")):
        code, _, complained = run(*arguments)
        assert (code, "Nothing has been published yet." in complained) == (1, True)
    assert run()[0] == 0
