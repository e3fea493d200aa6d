"""`equality template`: a file to fill in and load, never written over another, refused where there is nothing to fill in."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from metrics.cli.main import main
from metrics.definitions.load import load_configuration
from metrics.ingest.contract import contract_of
from metrics.ingest.recognise import fitting_datasets
from tests.support.filled_template import DAY
from tests.support.tiny_council import TinyCouncil

CONFIG = Path(__file__).resolve().parents[3] / "config"
BIRMINGHAM = CONFIG.parent / "tests" / "councils" / "birmingham" / "config"


def ends(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyCouncil:
    founded = TinyCouncil.found(tmp_path / "council")
    monkeypatch.chdir(founded.folder)
    for variable in ("EQUALITY_CONFIG", "EQUALITY_WORKFORCE_URL", "EQUALITY_RELEASES_URL"):
        monkeypatch.delenv(variable, raising=False)
    return founded


def test_from_the_command_to_rows_that_are_loaded(council: TinyCouncil, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("template", "hr", "--as-at", "2026-03-31") == 0
    assert "hr-template.xlsx: 4 columns to fill in" in capsys.readouterr().out
    book = openpyxl.load_workbook("hr-template.xlsx")
    for row in (("01", "Housing", "Women", "Disabled"), ("02", "Parks", "Men", None)):
        book["Data"].append(row)
    book.save("filled.xlsx")
    assert ends("ingest", "hr", "filled.xlsx", "--as-at", "2026-03-31") == 0
    told = capsys.readouterr().out
    assert "rows accepted 2, rejected 0" in told
    assert "the sheet Data was read" in told


def test_no_data_is_needed_and_none_is_touched(council: TinyCouncil) -> None:
    assert ends("template", "hr") == 0
    assert not (council.folder / "data").exists()


def test_a_file_that_stands_there_is_never_written_over(council: TinyCouncil, capsys: pytest.CaptureFixture[str]) -> None:
    Path("staff.xlsx").write_text("filled in already")
    assert ends("template", "hr", "--output", "staff.xlsx") == 2
    assert "staff.xlsx exists already; nothing was written." in capsys.readouterr().err
    assert Path("staff.xlsx").read_text() == "filled in already"
    assert ends("template", "hr", "--output", "nowhere/staff.xlsx") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_json_is_the_contract_and_writes_a_file_only_when_one_is_named(council: TinyCouncil, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("template", "hr", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] is None
    assert not list(council.folder.glob("*.xlsx"))
    assert [heading["heading"] for heading in told["headings"]] == ["Id", "Directorate", "Sex", "Disability"]
    assert [choice["write"] for choice in told["headings"][2]["choices"]] == ["Women", "Men", "Not known"]
    assert ends("template", "hr", "--json", "--output", "hr.xlsx") == 0
    assert json.loads(capsys.readouterr().out)["file"] == "hr.xlsx"
    assert Path("hr.xlsx").is_file()


def test_what_cannot_be_filled_in_is_refused_with_the_reason(council: TinyCouncil, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("template", "movers", "--config", str(CONFIG)) == 2
    told = capsys.readouterr().err
    assert "Dataset 'movers' is worked out from dataset 'hr': there is nothing to fill in." in told
    assert "equality template hr" in told
    assert ends("template", "census_2011", "--config", str(BIRMINGHAM)) == 2
    told = capsys.readouterr().err
    assert "Dataset 'census_2011' is read from a table in somebody else's layout: nobody fills it in." in told
    assert "equality ingest census_2011 FILE --as-at" in told
    assert ends("template", "staff") == 2
    assert "There is no dataset 'staff'; there are: hr." in capsys.readouterr().err
    assert ends("template", "hr", "--as-at", "31.3.2026") == 2
    assert "--as-at: '31.3.2026' is not a day." in capsys.readouterr().err
    assert not list(council.folder.glob("*.xlsx"))


def test_the_import_doctor_recognises_what_a_template_is_for(council: TinyCouncil, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("template", "hr") == 0
    book = openpyxl.load_workbook("hr-template.xlsx")
    book["Data"].append(("01", "Housing", "Women", "Disabled"))
    book.save("filled.xlsx")
    Path("other.csv").write_text("Id,Directorate,Sex\n01,Housing,Women\n")
    capsys.readouterr()
    assert ends("inspect", "filled.xlsx") == 0
    told = capsys.readouterr().out
    assert "sheet Data; headings in row 1; 1 rows, 4 columns" in told
    assert "dataset 'hr' reads it as it is (every heading that it needs is here): equality ingest hr" in told
    assert ends("inspect", "filled.xlsx", "other.csv", "--json") == 0
    assert [found["fits"] for found in json.loads(capsys.readouterr().out)] == [["hr"], []]


def test_of_several_datasets_the_one_that_uses_most_columns_comes_first() -> None:
    configuration = load_configuration(CONFIG)
    headings = {id: [h.heading for h in contract_of(configuration, id, DAY).headings] for id in configuration.datasets}
    for id, asked in headings.items():
        assert fitting_datasets(configuration, asked)[:1] == ((id,) if asked else ())
    assert fitting_datasets(configuration, ["Name", "Shoe size"]) == ()
