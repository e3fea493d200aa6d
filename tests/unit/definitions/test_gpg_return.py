"""`config/returns/gpg.yaml` and `config/comparators/`: each slip is told with its line, before anything is made from them."""

from dataclasses import replace
from pathlib import Path

import pytest

from metrics.definitions.checks import gpg_return
from metrics.definitions.load import parse_folder

SHIPPED = Path(__file__).parents[3] / "config"
RIGHT = "employees: WF01\nhourly_gap: {mean: PG01, median: PG02}\n"


@pytest.fixture(scope="module")
def shipped():
    return parse_folder(SHIPPED)


def told(shipped, folder, text):
    """What is wrong with a return, beside everything else that is shipped."""
    (folder / "returns").mkdir()
    (folder / "returns" / "gpg.yaml").write_text(text)
    small, problems = parse_folder(folder)
    whole = replace(shipped[0], gpg_return=small.gpg_return, readings={**shipped[0].readings, **small.readings})
    return [(p.line, p.message) for p in (*problems, *gpg_return.check(whole)) if "returns" in p.where]


def test_the_shipped_return_is_right(shipped):
    parsed, problems = shipped
    assert [p for p in problems if "returns" in p.where] == list(gpg_return.check(parsed)) == []
    assert parsed.gpg_return is not None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("employees: WF99\n" + RIGHT.split("\n", 1)[1], 1, "employees: no KPI 'WF99'"),
        ("employees: PG01\n" + RIGHT.split("\n", 1)[1], 1, "PG01 is a pay_gap_mean; this column needs a count"),
        ("hourly_gap: {mean: PG02, median: PG02}\n", 1, "PG02 is a pay_gap_median; this column needs a pay_gap_mean"),
        ("hourly_gap: {mean: PG08, median: PG02}\n", 1, "PG08 must set women (numerator, female) against men"),
        (RIGHT + "bonus_paid: SL03\n", 3, "SL03 must be men (denominator, male) minus women"),
        (RIGHT + "sex: {men: man}\n", 3, "no category 'man' in dimension 'sex'"),
        (RIGHT + "sex: {dimension: sexx}\n", 3, "no dimension 'sexx'"),
        (
            RIGHT + "quarters: {women: WF02, dimension: grade_band, lower: a, lower_middle: a, upper_middle: a, upper: a}\n",
            3,
            "no category 'a' in dimension 'grade_band'",
        ),
        (RIGHT + "no_bonus_scheme: true\nbonus_gap: {mean: PG01, median: PG02}\n", 3, "a council without a bonus scheme has no bonus_paid"),
        (RIGHT + "bonus: PG05\n", 3, "bonus"),
    ],
)
def test_each_slip_is_told_with_its_line(shipped, tmp_path, text, line, said):
    assert any(at == line and said in message for at, message in told(shipped, tmp_path, text))


def test_files_that_nothing_reads_are_named(tmp_path):
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "gpgg.yaml").write_text(RIGHT)
    _, problems = parse_folder(tmp_path)
    assert any("returns/ holds gpg.yaml" in p.message for p in problems)


def test_the_analysts_list_is_read_strictly(tmp_path):
    (tmp_path / "comparators").mkdir()
    path = tmp_path / "comparators" / "gender_pay_gap.yaml"
    path.write_text("councils: [Anytown Parish Council]\nsame:\n  - {year: 2017, name: Leeds City Council, is: perhaps}\n")
    parsed, problems = parse_folder(tmp_path)
    assert [p.line for p in problems if "comparators" in p.where] == [3]
    assert parsed.gpg_comparators is None
    path.write_text(path.read_text().replace("perhaps", "7529"))
    again, _ = parse_folder(tmp_path)
    assert again.gpg_comparators is not None
    assert (again.gpg_comparators.same[0].is_, again.gpg_comparators.councils) == (7529, ("Anytown Parish Council",))
