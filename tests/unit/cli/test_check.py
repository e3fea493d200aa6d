"""`equality check`: what it finds, in words and for machines, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from metrics.cli import check
from metrics.cli.main import main

ROOT = Path(__file__).parents[3]
BASE = ROOT / "tests" / "config" / "base"


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    shutil.copytree(BASE, folder)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["check", *arguments])
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return command


def break_owner(council: Path) -> None:
    path = council / "kpis" / "WR01-minority-share.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("owner: workforce", "owner: nobody"), encoding="utf-8")


def test_a_right_configuration(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith(
        "config/ is right: 5 units, 6 dimensions, 1 dataset, 1 benchmark, 2 disclosure profiles, 2 KPIs, 1 worked example.\n"
    )


def test_a_worked_example_that_does_not_hold(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = council / "kpis" / "WR01-minority-share.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 50.0}", "value: 60.0}"), encoding="utf-8")
    code, _, err = run()
    assert code == 2
    assert err.startswith("config/kpis/WR01-minority-share.yaml:22: worked_example.gives.value: the example says 60; these rows give 50")


def test_problems_of_definitions_and_settings_together(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    (council / "settings.yaml").write_text("council: Anytown\ncurency: x\n", encoding="utf-8")
    (council / "dimensions" / "sex.yaml").write_text("title: Sex\ncategries: []\n", encoding="utf-8")
    code, out, err = run()
    assert (code, out) == (2, "")
    assert err == (
        "config/dimensions/sex.yaml: categories: missing; it must be given\n"
        "config/dimensions/sex.yaml:2: categries: unknown key; did you mean 'categories'?\n"
        "config/settings.yaml:2: curency: unknown key; did you mean 'currency'?\n"
        "3 problems in config/; nothing was loaded. Fix them and run `equality check`.\n"
    )


def test_owners_are_checked_against_the_settings(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    break_owner(council)
    code, _, err = run()
    assert code == 2
    assert err.startswith(
        "config/kpis/WR01-minority-share.yaml:3: owner: no team 'nobody'; there are: workforce (see settings.yaml)\n1 problem in"
    )


def test_for_a_machine(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = run("--json")
    said = json.loads(out)
    assert code == 0
    assert (said["right"], said["found"]["kpis"], said["problems"]) == (True, 2, [])
    break_owner(council)
    code, out, err = run("--json")
    said = json.loads(out)
    assert (code, err, said["right"]) == (2, "", False)
    assert said["problems"] == [
        {
            "where": "config/kpis/WR01-minority-share.yaml",
            "line": 3,
            "message": "owner: no team 'nobody'; there are: workforce (see settings.yaml)",
        }
    ]


def test_an_overdue_review_is_a_warning(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = council / "kpis" / "PG01-pay-gap.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("2026-04-01, next: 2027-04-01", "2019-04-01, next: 2020-04-01"), encoding="utf-8"
    )
    code, out, _ = run()
    assert code == 0
    assert "warning: PG01 (Mean pay gap): its review was due on 2020-04-01; look at it with its owner 'workforce'" in out


def test_no_such_folder(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    assert run("--config", "nothing") == (2, "", "nothing: no such folder\n`equality init nothing` writes a configuration to start from.\n")


def test_missing_columns_are_explained_and_fitted(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = council / "datasets" / "hr.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("  hourly_pay: {from: Hourly pay, type: money}\n", ""), encoding="utf-8")
    code, _, err = run()
    assert code == 2
    assert "PG01-pay-gap.yaml:10: measure.column: no column 'hourly_pay' in dataset 'hr'; there are: age, disability" in err
    assert "Dataset 'hr' has no hourly_pay, which is asked for by: PG01." in err
    code, out, err = run("--fit")
    assert (code, err) == (0, "")
    assert out.startswith("config/kpis/PG01-pay-gap.yaml set aside in config/set_aside/: dataset 'hr' has no hourly_pay\nconfig/ is right")


def test_schemas_are_written(council: Path, run) -> None:  # type: ignore[no-untyped-def]
    code, _, _ = run("--schemas", "schemas")
    assert code == 0
    assert sorted(p.stem for p in Path("schemas").iterdir()) == sorted(p.stem for p in (ROOT / "docs" / "schemas").iterdir())
    assert {"access", "dataset", "kpi", "populations", "settings"} <= {p.stem for p in Path("schemas").iterdir()}


@pytest.mark.parametrize("folder", ["config", "metrics/definitions/starter", "tests/councils/houston/config"])
def test_every_shipped_configuration_is_right(folder: str) -> None:
    configuration, problems, _ = check.load_everything(ROOT / folder)
    assert problems == []
    assert configuration is not None
