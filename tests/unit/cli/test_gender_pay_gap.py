"""`equality comparators gpg` and `equality return gpg` as an analyst runs them: what is said, and what they end with."""

import csv
import io
import json
from datetime import date
from statistics import mean, median

import pytest

from metrics.cli.main import main
from metrics.definitions.gpg import GpgComparators
from metrics.definitions.load import load_configuration
from metrics.ingest.ingest import ingest_files
from metrics.sources.engine import open_source
from tests.support.gpg_files import NUMBERED, employer, write_year
from tests.support.tiny_council import TinyCouncil

MARCH = date(2026, 3, 31)
GAP = """\
title: {title}
why_it_matters: It is what the council is for.
owner: hr
review: {{last: 2026-04-01, next: 2099-04-01}}
dataset: hr
population: everyone
measure:
  type: pay_gap_{kind}
  unit: percent
  column: pay
  reference_group: {{sex: [male]}}
  numerator: {{sex: [female]}}
  interval: none
period: {{grain: year}}
polarity: contextual
"""
COUNT = """\
title: Headcount
why_it_matters: It is what the council is for.
owner: hr
review: {last: 2026-04-01, next: 2099-04-01}
dataset: hr
population: everyone
measure: {type: count, unit: people, numerator: {}}
period: {grain: year}
polarity: contextual
"""
RETURN = "employees: WF01\nhourly_gap: {mean: PG01, median: PG02}\n"


def run(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, words)])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


@pytest.fixture
def council(tmp_path):
    found = TinyCouncil.found(tmp_path / "council")
    kpis = found.config / "kpis"
    (found.config / "datasets" / "hr.yaml").write_text(
        (found.config / "datasets" / "hr.yaml")
        .read_text()
        .replace("columns:\n", "columns:\n  pay: {from: Pay, type: money, required: false}\n")
    )
    (kpis / "PG01-mean.yaml").write_text(GAP.format(title="Mean gender pay gap", kind="mean"))
    (kpis / "PG02-median.yaml").write_text(GAP.format(title="Median gender pay gap", kind="median"))
    (kpis / "WF01-people.yaml").write_text(COUNT)
    (found.config / "returns").mkdir()
    (found.config / "returns" / "gpg.yaml").write_text(RETURN)
    return found


@pytest.fixture
def year(tmp_path):
    return write_year(tmp_path / "2021 to 2022.csv", [NUMBERED, employer("Leeds City Council", "2", DiffMedianHourlyPercent="9.4")])


def test_an_import_tells_what_it_found_and_writes_the_analysts_list(council, year, capsys):
    code, said, _ = run(capsys, "comparators", "gpg", year, "--config", council.config)
    assert code == 0
    assert "2021-03-31: 2 employers, 2 of them councils (2021 to 2022.csv)." in said
    assert "`equality refresh` brings them onto the pages." in said
    decided = load_configuration(council.config).gpg_comparators
    assert decided == GpgComparators()
    assert (council.config / "comparators" / "gender_pay_gap.yaml").read_text().startswith("# What was decided by a person")
    assert run(capsys, "check", "--config", council.config)[0] == 0


def test_the_same_year_again_says_that_nothing_changed_and_another_file_what_did(council, year, tmp_path, capsys):
    run(capsys, "comparators", "gpg", year, "--config", council.config)
    assert "The same file as before: nothing changed." in run(capsys, "comparators", "gpg", year, "--config", council.config)[1]
    newer = write_year(tmp_path / "newer.csv", [{**NUMBERED, "DiffMedianHourlyPercent": "3.9"}, employer("Cardiff Council", "3")])
    told = run(capsys, "comparators", "gpg", newer, "--config", council.config)[1]
    assert "Anytown City Council: median_hourly_gap 4 is now 3.9." in told
    assert "New: Cardiff Council." in told
    assert "Gone: Leeds City Council." in told
    found = json.loads(run(capsys, "comparators", "gpg", year, "--config", council.config, "--json")[1])
    assert found["changes"][0]["gone"] == ["Cardiff Council"]


def test_a_year_without_numbers_lists_who_is_to_be_decided(council, year, tmp_path, capsys):
    early = employer("Leeds City Council", Address="Elsewhere, L1 1AA", CompanyLinkToGPGInfo="")
    first = write_year(tmp_path / "2017 to 2018.csv", [early], early=True)
    told = run(capsys, "comparators", "gpg", year, first, "--config", council.config)[1]
    assert "Not imported, so a gap in every line: 2018, 2019, 2020." in told
    assert "1 to be decided" in told
    assert "2017 'Leeds City Council' is perhaps Leeds City Council (2): nothing but the name is alike" in told


def test_a_wrong_file_ends_with_2_and_check_notices_files_that_were_touched(council, year, tmp_path, capsys):
    wrong = write_year(tmp_path / "wrong.csv", [employer("A Council", "4", EmployerSize="huge")])
    code, _, error = run(capsys, "comparators", "gpg", year, wrong, "--config", council.config)
    assert code == 2
    assert "wrong.csv:2: EmployerSize: found 'huge'" in error
    assert "Nothing was imported." in error
    run(capsys, "comparators", "gpg", year, "--config", council.config)
    path = council.config / "comparators" / "gender_pay_gap_imports.csv"
    path.write_text(path.read_text().replace(",2,2,", ",2,3,").replace("2021,", "2020,"))
    code, _, error = run(capsys, "check", "--config", council.config)
    assert code == 2
    assert "2021 was not imported, but there are figures of it" in error


def test_what_is_imported_comes_into_the_next_release_and_stays_in_the_one_before(council, year, capsys):
    council.load(MARCH)
    first = council.refresh().release
    run(capsys, "comparators", "gpg", year, "--config", council.config)
    result = council.refresh()
    assert (result.new_words, result.batches) == (True, ())
    before, now = council.store.snapshot(first), council.store.snapshot(result.release)
    assert before.comparators is not None
    assert now.comparators is not None
    assert before.comparators.kpis["PG02"] == ()
    assert [day.day for day in now.comparators.kpis["PG02"]] == ["2021-03-31"]
    assert now.comparators.kpis["PG02"][0].values == (0.04, 0.094)
    assert council.refresh().nothing_to_do


@pytest.mark.parametrize(
    ("more", "words", "code", "said"),
    [
        ("", [], 2, "the return needs bonus_gap, bonus_paid, quarters: name the KPI of each"),
        (None, [], 2, "no such file: it says which KPI gives which column of the return"),
    ],
)
def test_what_the_return_lacks_is_the_inputs_fault(council, capsys, more, words, code, said):
    council.load(MARCH)
    council.refresh()
    path = council.config / "returns" / "gpg.yaml"
    if more is None:
        path.unlink()
    ended, out, error = run(capsys, "return", "gpg", "--config", council.config, *words)
    assert (ended, out) == (code, "")
    assert said in error


QUARTERS = ("lower", "lower_middle", "upper_middle", "upper")
HR = """\
title: Staff
grain: person
person_id: Id
unit: {from: Directorate}
columns:
  sex: {from: Sex}
  pay_quarter: {from: Quarter}
  bonus_paid: {from: Paid}
  pay: {from: Pay, type: money}
  bonus: {from: Bonus, type: money, required: false}
populations:
  everyone: {title: All staff}
"""
CATEGORIES = "title: {title}\ncategories:\n{lines}\n"
BONUS = "column: bonus\n  denominator: {bonus_paid: [bonus]}\n"
SHARE = """\
measure:
  type: {type}
  unit: {unit}
  numerator: {numerator}
  denominator: {denominator}
"""


def full_return(council):
    """A council whose rows hold everything that the return asks for, with the KPIs of each column."""
    config = council.config
    (config / "datasets" / "hr.yaml").write_text(HR)
    (config / "kpis" / "WR03-disabled.yaml").unlink()
    for name, ids in (("pay_quarter", QUARTERS), ("bonus_paid", ("bonus", "no_bonus"))):
        lines = "\n".join(f"  - {{id: {id}, label: {id}}}" for id in ids)
        (config / "dimensions" / f"{name}.yaml").write_text(CATEGORIES.format(title=name, lines=lines))
    for id, kind in (("PG03", "mean"), ("PG04", "median")):
        (config / "kpis" / f"{id}-bonus.yaml").write_text(GAP.format(title=id, kind=kind).replace("column: pay\n", BONUS))
    base = COUNT[: COUNT.index("measure:")]
    after = "period: {grain: year}\npolarity: contextual\n"
    paid = SHARE.format(
        type="percentage_point_gap", unit="percentage_points", numerator="{bonus_paid: [bonus]}", denominator="{sex: [male]}"
    )
    (config / "kpis" / "PG05-paid.yaml").write_text(f"{base}{paid}  reference_group: {{sex: [female]}}\n{after}")
    women = SHARE.format(type="proportion", unit="percent", numerator="{sex: [female]}", denominator="{sex: known}")
    (config / "kpis" / "PG12-women.yaml").write_text(f"{base}{women}{after}breakdowns: [[pay_quarter]]\n")
    quarters = ", ".join(["women: PG12", "dimension: pay_quarter", *(f"{q}: {q}" for q in QUARTERS)])
    bonus = "bonus_gap: {mean: PG03, median: PG04}\nbonus_paid: PG05\n"
    (config / "returns" / "gpg.yaml").write_text(f"{RETURN}{bonus}quarters: {{{quarters}}}\n")


def staff():
    """320 people, a fifth of whom have a bonus; women are fewer the higher the quarter."""
    rows = []
    for n in range(320):
        quarter = n // 80
        sex = "female" if n % 10 < 7 - quarter else "male"
        bonus = 200 + 25 * (n % 13) + (40 if sex == "male" else 0) if n % 5 == 0 else ""
        rows.append((n, "Parks" if n % 3 else "Housing", sex, QUARTERS[quarter], "bonus" if bonus else "no_bonus", 12 + n * 0.05, bonus))
    return rows


def test_a_release_gives_the_row_that_plain_arithmetic_gives(council, capsys, tmp_path):
    full_return(council)
    rows = staff()
    path = tmp_path / "staff.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["Id", "Directorate", "Sex", "Quarter", "Paid", "Pay", "Bonus"], *rows])
    settings = council.settings
    settings.data_folder.mkdir(exist_ok=True)
    with open_source(settings.workforce_url, read_only=False) as source:
        ingest_files(council.configuration, "hr", [path], MARCH, source, settings.private_folder)
    council.refresh()
    code, out, told = run(capsys, "return", "gpg", "--config", council.config)
    assert code == 0, told
    (row,) = csv.DictReader(io.StringIO(out))
    sexes = {s: [r for r in rows if r[2] == s] for s in ("male", "female")}
    for column, place, kind in (("Mean", 5, mean), ("Median", 5, median)):
        men, women = (kind(r[place] for r in sexes[s]) for s in ("male", "female"))
        assert row[f"Diff{column}HourlyPercent"] == f"{(men - women) / men * 100:.1f}"
        men, women = (kind(r[6] for r in sexes[s] if r[6]) for s in ("male", "female"))
        assert row[f"Diff{column}BonusPercent"] == f"{(men - women) / men * 100:.1f}"
    for column, sex in (("Male", "male"), ("Female", "female")):
        assert row[f"{column}BonusPercent"] == f"{sum(1 for r in sexes[sex] if r[6]) / len(sexes[sex]) * 100:.1f}"
    for column, quarter in zip(("Lower", "LowerMiddle", "UpperMiddle", "Top"), QUARTERS, strict=True):
        share = sum(1 for r in sexes["female"] if r[3] == quarter) / 80 * 100
        assert (row[f"Female{column}Quartile"], row[f"Male{column}Quartile"]) == (f"{share:.1f}", f"{100 - share:.1f}")
    assert (row["EmployerSize"], row["DueDate"]) == ("250 to 499", "2027/03/31 00:00:00")
    assert "Synthetic figures: not to be submitted." in told
    found = json.loads(run(capsys, "return", "gpg", "--config", council.config, "--period", MARCH, "--json")[1])
    assert (found["ready"], found["row"], found["made_from"]["MaleTopQuartile"]) == (True, row, "PG12")
    assert run(capsys, "return", "gpg", "--config", council.config, "--period", "2026-04-05")[0] == 2
    assert run(capsys, "return", "gpg", "--config", council.config, "--release", "2020-01-01")[0] == 1
