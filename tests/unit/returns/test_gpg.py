"""The worked data set of 22 people as the service's row, and each reason for which there is none."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from metrics.cli.returns.gpg import csv_of
from metrics.definitions.gpg import Employer, GpgReturn
from metrics.errors import InputError
from metrics.gpg_service.columns import COLUMNS, size_of
from metrics.report import ESTIMATE_COLUMNS, Report, issued
from metrics.returns.gpg import make_row, needed_kpis, split_of
from tests.support.reports import a_kpi, some_contents

DAY, TODAY = date(2024, 3, 31), date(2024, 9, 1)
DECLARED = GpgReturn.model_validate(
    {
        "employees": "WF01",
        "hourly_gap": {"mean": "PG01", "median": "PG02"},
        "bonus_gap": {"mean": "PG03", "median": "PG04"},
        "bonus_paid": "PG05",
        "quarters": {
            "women": "PG12", "dimension": "pay_quarter", "lower": "lower", "lower_middle": "lower_middle",
            "upper_middle": "upper_middle", "upper": "upper",
        },
        "employer": {"id": 574, "address": "Council House, Anytown", "post_code": "B1 1BB", "link": "https://anytown.example/pay"},
    }
)  # fmt: skip
WORKED = {
    ("WF01", ""): {"value": 260, "numerator": 260},
    ("PG01", ""): {"value": 0.116, "numerator": 13, "denominator": 9},
    ("PG02", ""): {"value": 0.058, "numerator": 13, "denominator": 9},
    ("PG03", ""): {"value": 0.354, "numerator": 6, "denominator": 5},
    ("PG04", ""): {"value": 0.25, "numerator": 6, "denominator": 5},
    ("PG05", ""): {"value": 0.0, "numerator": 5, "denominator": 10, "reference_value": 0.5},
    ("PG12", "pay_quarter=lower"): {"value": 4 / 6, "numerator": 4, "denominator": 6},
    ("PG12", "pay_quarter=lower_middle"): {"value": 3 / 5, "numerator": 3, "denominator": 5},
    ("PG12", "pay_quarter=upper_middle"): {"value": 4 / 6, "numerator": 4, "denominator": 6},
    ("PG12", "pay_quarter=upper"): {"value": 2 / 5, "numerator": 2, "denominator": 5},
}
"""What a release says of the worked data set: gaps as published, counts in full. 22 people have no duty: 260 are said to be employed."""


def a_row(figures, declared=DECLARED, day=DAY, today=TODAY, withdrawn=None):
    kpis = {k: a_kpi(k, grain="year") for k, _ in figures}
    contents = some_contents(withdrawn=withdrawn, **kpis)
    contents = replace(contents, periods={**contents.periods, **dict.fromkeys(kpis, (DAY,))})
    rows = [{"kpi": k, "group": g, "unit": contents.root.id, "period_end": pd.Timestamp(DAY), "rounded": False, "marker": "", **f}
            for (k, g), f in figures.items()]  # fmt: skip
    cells = issued(pd.DataFrame(rows).reindex(columns=list(ESTIMATE_COLUMNS)), contents.provenance)
    return make_row(Report(contents, cells), declared, day, today)


def changed(kpi, group="", **figures):
    return {**WORKED, (kpi, group): {**WORKED[kpi, group], **figures}}


def without(kpi, group=""):
    return {k: v for k, v in WORKED.items() if k != (kpi, group)}


def reasons(made):
    return {r.column: r.reason for r in made.refusals}


def test_the_worked_data_set_gives_the_row_of_the_law():
    made = a_row(WORKED)
    assert made.refusals == made.notes == []
    assert made.row["DiffMeanHourlyPercent"] == "11.6"
    assert made.row["DiffMedianHourlyPercent"] == "5.8"
    assert (made.row["DiffMeanBonusPercent"], made.row["DiffMedianBonusPercent"]) == ("35.4", "25.0")
    assert (made.row["MaleBonusPercent"], made.row["FemaleBonusPercent"]) == ("50.0", "50.0")
    quarters = [
        (made.row[f"Male{q}"], made.row[f"Female{q}"])
        for q in ("LowerQuartile", "LowerMiddleQuartile", "UpperMiddleQuartile", "TopQuartile")
    ]
    assert quarters == [("33.3", "66.7"), ("40.0", "60.0"), ("33.3", "66.7"), ("60.0", "40.0")]
    assert (made.row["EmployerSize"], made.row["DueDate"]) == ("250 to 499", "2025/03/31 00:00:00")
    assert made.made_from["FemaleTopQuartile"] == "PG12"


def test_what_the_service_asks_of_the_employer_and_nobody_declared_is_named():
    bare = DECLARED.model_copy(update={"employer": Employer(id=574)})
    (note,) = a_row(WORKED, bare).notes
    assert note == (
        "Empty, since `employer` in config/returns/gpg.yaml does not say it: "
        "Address (`address`), PostCode (`post_code`), CompanyLinkToGPGInfo (`link`)."
    )


def test_the_row_reads_as_one_of_the_service(tmp_path):
    text = csv_of(a_row(WORKED))
    (head, row) = csv.reader(io.StringIO(text))
    assert tuple(head) == COLUMNS
    assert dict(zip(head, row, strict=True))["SicCodes"] == "1,\n84110"
    from metrics.gpg_service.reading import read_year

    flagged = text.replace('"","2025/03/31 00:00:00",""', '"False","2025/03/31 00:00:00","2025/03/01 09:00:00"')
    (tmp_path / "ours.csv").write_text(flagged)
    (read,) = read_year(tmp_path / "ours.csv").rows
    assert (read.year, read.employer_id, read.figures["mean_hourly_gap"]) == (2024, "574", 11.6)


@pytest.mark.parametrize(("women", "everybody"), [(11, 16), (1, 3), (0, 7), (5, 5), (999, 1999), (1, 2000)])
def test_men_and_women_of_a_quarter_make_exactly_100(women, everybody):
    men, share = split_of(women, everybody)
    assert men + share == Decimal("100.0")
    assert abs(share - Decimal(women) * 100 / everybody) <= Decimal("0.05")
    assert -share.as_tuple().exponent == 1


@pytest.mark.parametrize(
    ("figures", "column", "said"),
    [
        (changed("WF01", value=249), "EmployerSize", "249 people were employed on 2024-03-31; the duty begins at 250"),
        (changed("WF01", value=float("nan"), marker="[c]"), "EmployerSize", "hidden to protect people"),
        (changed("PG01", value=float("nan"), marker="[c]"), "DiffMeanHourlyPercent", "hidden to protect people. The law asks for it"),
        (changed("PG02", value=float("nan"), marker="[w]"), "DiffMedianHourlyPercent", "withheld because too few"),
        (changed("PG02", value=float("nan"), marker="[x]"), "DiffMedianHourlyPercent", "there is no figure"),
        (changed("PG01", value=1.004), "DiffMeanHourlyPercent", "PG01 is 100.4; a gap is at most 100"),
        (changed("PG01", rounded=True), "DiffMeanHourlyPercent", "made from rounded counts"),
        (changed("PG03", value=float("nan"), marker="[c]"), "DiffMeanBonusPercent", "PG03: it is hidden to protect people"),
        (changed("PG04", value=float("nan"), marker="[z]"), "DiffMedianBonusPercent", "PG04: it does not apply to anybody"),
        (changed("PG05", reference_value=1.2), "FemaleBonusPercent", "gives 120.0; a share is from 0 to 100"),
        (changed("PG05", numerator=float("nan"), marker="[c]"), "MaleBonusPercent and FemaleBonusPercent", "hidden"),
        (changed("PG12", "pay_quarter=upper", numerator=6), "FemaleTopQuartile", "gives 120.0; a share is from 0 to 100"),
        (changed("PG12", "pay_quarter=lower", numerator=float("nan"), marker="[c]"), "MaleLowerQuartile and FemaleLowerQuartile", "hidden"),
        (without("PG02"), "DiffMedianHourlyPercent", "no figure of PG02 as at 2024-03-31"),
        (without("PG12", "pay_quarter=upper"), "MaleTopQuartile and FemaleTopQuartile", "by pay_quarter"),
    ],
)  # fmt: skip
def test_each_rule_that_is_not_kept_is_a_reason(figures, column, said):
    found = reasons(a_row(figures))
    assert list(found) == [column]
    assert said in found[column]


def test_all_reasons_are_told_at_once():
    figures = {**changed("PG01", value=1.2), ("WF01", ""): {"value": 12}, ("PG04", ""): {"value": float("nan"), "marker": "[c]"}}
    assert set(reasons(a_row(figures))) == {"DiffMeanHourlyPercent", "EmployerSize", "DiffMedianBonusPercent"}


def test_a_withdrawn_release_makes_no_return():
    assert "was withdrawn: wrong pay" in reasons(a_row(WORKED, withdrawn="wrong pay"))[""]


def test_bonus_gaps_are_empty_where_no_man_had_one_and_100_where_no_woman_had():
    nobody = a_row(changed("PG05", numerator=0, reference_value=0.25))
    assert (nobody.row["DiffMeanBonusPercent"], nobody.row["DiffMedianBonusPercent"]) == ("", "")
    assert (nobody.row["MaleBonusPercent"], nobody.row["FemaleBonusPercent"], nobody.refusals) == ("0.0", "25.0", [])
    men_only = a_row({**changed("PG05", reference_value=0.0), ("PG03", ""): {"value": float("nan"), "marker": "[z]"}})
    assert (men_only.row["DiffMeanBonusPercent"], men_only.row["DiffMedianBonusPercent"], men_only.refusals) == ("100.0", "100.0", [])


def test_a_council_without_bonuses_reports_nought_and_no_gap():
    declared = GpgReturn.model_validate({**DECLARED.model_dump(exclude={"bonus_gap", "bonus_paid"}), "no_bonus_scheme": True})
    assert needed_kpis(declared, "gpg.yaml") == ("WF01", "PG01", "PG02", "PG12")
    made = a_row({k: v for k, v in WORKED.items() if k[0] not in {"PG03", "PG04", "PG05"}}, declared)
    assert (made.row["MaleBonusPercent"], made.row["FemaleBonusPercent"], made.row["DiffMeanBonusPercent"]) == ("0.0", "0.0", "")
    assert made.refusals == []


def test_one_sex_alone_has_no_gap():
    made = a_row(changed("PG01", value=float("nan"), denominator=0, marker="[z]"))
    assert (made.row["DiffMeanHourlyPercent"], made.refusals) == ("", [])
    assert "of one sex" in made.notes[0]


def test_what_is_not_declared_is_asked_for_at_once():
    with pytest.raises(InputError, match="employees, bonus_gap, bonus_paid, quarters"):
        needed_kpis(GpgReturn.model_validate({"hourly_gap": {"mean": "PG01", "median": "PG02"}}), "gpg.yaml")


def test_after_the_deadline_the_row_says_that_it_will_be_late():
    assert a_row(WORKED, today=date(2025, 3, 30)).notes == []
    (note,) = a_row(WORKED, today=date(2025, 3, 31)).notes
    assert "The last day for this return was 2025-03-30" in note


@pytest.mark.parametrize(
    ("people", "size"),
    [(0, "Less than 250"), (249, "Less than 250"), (250, "250 to 499"), (500, "500 to 999"), (4999, "1000 to 4999"),
     (5000, "5000 to 19,999"), (20_000, "20,000 or more")],
)  # fmt: skip
def test_sizes_are_the_services_words(people, size):
    assert size_of(people) == size
