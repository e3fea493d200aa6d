"""`config/returns/sc-wres.yaml` and `duty.yaml`: each slip is told with its line, before anything is made from them."""

from dataclasses import replace
from pathlib import Path

import pytest

from metrics.definitions.checks import duty, sc_wres
from metrics.definitions.load import parse_folder

SHIPPED = Path(__file__).parents[3] / "config"
WRES = "units: [adult_social_care]\n"
DUTY = "employees: WF01\ndeclaration_rates: [DR01]\ncharacteristics: {sex: [sex]}\n"


@pytest.fixture(scope="module")
def shipped():
    return parse_folder(SHIPPED)


def told(shipped, folder, name, text):
    """What is wrong with a return, beside everything else that is shipped."""
    (folder / "returns").mkdir()
    (folder / "returns" / name).write_text(text)
    small, problems = parse_folder(folder)
    readings = {**shipped[0].readings, **small.readings}
    whole = replace(shipped[0], sc_wres=small.sc_wres, duty=small.duty, readings=readings)
    found = (*problems, *sc_wres.check(whole), *duty.check(whole))
    return [(p.line, p.message) for p in found if "returns" in p.where]


def test_the_shipped_returns_are_right(shipped):
    parsed, problems = shipped
    assert [p for p in problems if "returns" in p.where] == [*sc_wres.check(parsed), *duty.check(parsed)] == []
    assert parsed.sc_wres is not None
    assert parsed.duty is not None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("units: [adult_care]\n", 1, "no unit 'adult_care'; did you mean"),
        (WRES + "left: {likelihood: WF99}\n", 2, "no KPI 'WF99'"),
        (
            WRES + "left: {likelihood: WR01}\n",
            2,
            "WR01 is a proportion; this metric needs a relative_likelihood, or name",
        ),
        (WRES + "appointed: {likelihood: RC03}\n", 2, "RC03 must compare ethnic_minority with white of 'ethnicity_2'"),
        (WRES + "left: {outcome: WF07}\n", 2, "WF07 is a turnover; this metric needs a proportion"),
        (WRES + "left: {outcome: RC01}\n", 2, "this metric needs a proportion, or name it under `likelihood`"),
        (WRES + "left: {outcome: TR01}\n", 2, "TR01 has no breakdown with ethnicity_2; add [ethnicity_2]"),
        (WRES + "left: {}\n", 2, "give one of `likelihood`"),
        (WRES + "appointed: {likelihood: RC01, outcome: TR01}\n", 2, "give one of `likelihood`"),
        (WRES + "appointed: {likelihood: RC01, units: [nowhere]}\n", 2, "no unit 'nowhere'"),
        (WRES + "pay_bands: {share: WR03, by: grade_band}\n", 2, "WR03 must be the share of ethnic_minority (numerator)"),
        (WRES + "pay_bands: {share: SL01, by: grade_band}\n", 2, "SL01 has no breakdown with grade_band"),
        (WRES + "pay_bands: {share: WR01, by: grade_bands}\n", 2, "no dimension 'grade_bands'"),
        (WRES + "senior: {senior: SL03, everyone: WR01}\n", 2, "SL03 is a percentage_point_gap; this metric needs a proportion"),
        (WRES + "groups: {minority: asian}\n", 2, "no category 'asian' in dimension 'ethnicity_2'"),
        (WRES + "groups: {dimension: ethnicity_5, minority: asian, white: white}\n", 2, "must have two known categories, asian and white"),
        (WRES + "turnover: {likelihood: RC01}\n", 2, "turnover"),
    ],
)
def test_each_slip_of_the_social_care_wres_is_told_with_its_line(shipped, tmp_path, text, line, said):
    assert any(at == line and said in message for at, message in told(shipped, tmp_path, "sc-wres.yaml", text))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (DUTY.replace("WF01", "WF99"), 1, "no KPI 'WF99'"),
        (DUTY.replace("WF01", "WR01"), 1, "WR01 is a proportion; the workforce is a count of people"),
        (DUTY.replace("DR01", "WR01"), 2, "WR01 must be a share of people whose answer is known"),
        (DUTY.replace("[sex]", "[sexx]"), 3, "no dimension 'sexx'"),
        (DUTY.replace("{sex:", "{caste:"), 3, "caste"),
        (DUTY + "audience: world\n", 4, "no audience 'world'; there are: leadership, public"),
        (DUTY + "also_by: [graded]\n", 4, "no dimension 'graded'"),
        (DUTY + "sections:\n  - {title: Pay, kpis: [PG01]}\n  - {title: pay, kpis: [PG02]}\n", 6, "two sections have this title"),
        (DUTY + "sections:\n  - {title: Pay, kpis: [PG99]}\n", 5, "no KPI 'PG99'"),
        (DUTY + "language: English\n", 4, "language"),
    ],
)
def test_each_slip_of_the_duty_is_told_with_its_line(shipped, tmp_path, text, line, said):
    assert any(at == line and said in message for at, message in told(shipped, tmp_path, "duty.yaml", text))


def test_all_slips_are_told_at_once(shipped, tmp_path):
    text = "units: [nowhere]\nappointed: {likelihood: RC03}\nleft: {likelihood: WF99}\nsenior: {senior: SL03, everyone: SL03}\n"
    assert [line for line, _ in told(shipped, tmp_path, "sc-wres.yaml", text)] == [1, 2, 3, 4, 4]
