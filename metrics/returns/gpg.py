"""The statutory return as the service's own row, from what a release shows; refused where one of the service's rules is not kept.

Rules: SI 2017/353, Schedule 1, paragraphs 8 to 13, and the checks of the service itself. Gaps are at most 100, shares from 0 to 100, all
with one decimal place; men and women of a quarter make exactly 100.0, so men's share is rounded once (half to even) from the women's;
bonus gaps are empty where no man was paid a bonus, and 100 where no woman was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pandas as pd

from metrics.definitions.gpg import GpgReturn
from metrics.errors import InputError, Problem
from metrics.gpg_service.columns import COLUMNS, SMALLEST_IN_DUTY, size_of
from metrics.gpg_service.deadlines import deadline
from metrics.report import Report

QUARTERS = ("LowerQuartile", "LowerMiddleQuartile", "UpperMiddleQuartile", "TopQuartile")
HOURLY, BONUS = ("DiffMeanHourlyPercent", "DiffMedianHourlyPercent"), ("DiffMeanBonusPercent", "DiffMedianBonusPercent")
WHAT_TO_DO = {
    "[c]": "it is hidden to protect people. The law asks for it all the same: report it from payroll, or change the rule that hides it in "
    "config/disclosure.yaml and publish the day again",
    "[w]": "it is withheld because too few people's answer is known. Complete the records, ingest and publish the day again",
    "[x]": "there is no figure. Look at `equality explain` for what is missing, then ingest and publish the day again",
    "[z]": "it does not apply to anybody, though it should. Look at `equality explain` for who is counted",
}


@dataclass(frozen=True)
class Refusal:
    """Why a column, or the whole row, cannot be reported, and what to do."""

    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.column}: {self.reason}" if self.column else self.reason


@dataclass
class GpgRow:
    """The row, complete where nothing is refused. `made_from`: column to the KPI that gives it."""

    row: dict[str, str] = field(default_factory=lambda: dict.fromkeys(COLUMNS, ""))
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    made_from: dict[str, str] = field(default_factory=dict)


def needed_kpis(declared: GpgReturn, where: str) -> tuple[str, ...]:
    """KPIs that the whole row is made from. `InputError` where `config/returns/gpg.yaml` does not name them all."""
    bonus = declared.no_bonus_scheme
    wanted = {
        "employees": declared.employees,
        "bonus_gap": declared.bonus_gap or bonus,
        "bonus_paid": declared.bonus_paid or bonus,
        "quarters": declared.quarters,
    }
    if missing := [name for name, given in wanted.items() if not given]:
        told = "; a council that pays no bonus says `no_bonus_scheme: true`" if "bonus_gap" in missing or "bonus_paid" in missing else ""
        raise InputError(Problem(where, f"the return needs {', '.join(missing)}: name the KPI of each{told}"))
    paid = () if bonus else (declared.gaps["mean_bonus_gap"], declared.gaps["median_bonus_gap"], str(declared.bonus_paid))
    quarters = declared.quarters.women if declared.quarters else ""
    return (str(declared.employees), declared.hourly_gap.mean, declared.hourly_gap.median, *paid, quarters)


def make_row(report: Report, declared: GpgReturn, day: date, today: date) -> GpgRow:
    """The row of one snapshot day from the whole council's figures; `report` holds the KPIs of `needed_kpis`."""
    made = _Row(report, declared, day)
    made.employees()
    made.hourly_gaps()
    made.bonus()
    made.quarters()
    made.about(today)
    return made.found


class _Row:
    """One row in the making."""

    def __init__(self, report: Report, declared: GpgReturn, day: date) -> None:
        self.report, self.declared, self.day = report, declared, day
        self.found = GpgRow()
        if report.provenance.withdrawn is not None:
            self.refuse(
                "", f"release {report.provenance.release} was withdrawn: {report.provenance.withdrawn}. Use the one that stands now"
            )

    def refuse(self, column: str, reason: str) -> None:
        self.found.refusals.append(Refusal(column, reason))

    def put(self, kpi: str, columns: Mapping[str, str]) -> None:
        self.found.row.update(columns)
        self.found.made_from.update(dict.fromkeys(columns, kpi))

    def figure(self, kpi: str, columns: Iterable[str], group: str = "") -> pd.Series | None:
        """The council's row of a KPI on the day; None after refusing where it has no exact figure."""
        named = " and ".join(columns)
        rows = self.report.series(kpi, self.report.contents.root.id, group)
        here = rows[rows["period_end"] == pd.Timestamp(self.day)]
        if here.empty:
            there = ", ".join(d.isoformat() for d in self.report.contents.periods.get(kpi, ())) or "none"
            of = f"{kpi} by {group.split('=')[0]}" if group else kpi
            self.refuse(named, f"the release has no figure of {of} as at {self.day}; days of {kpi}: {there}. Ingest the day and refresh")
            return None
        row = here.iloc[0]
        if bool(row["rounded"]):
            self.refuse(named, f"{kpi} is made from rounded counts for this audience; the return needs an audience that is not rounded")
            return None
        return row

    def hidden(self, kpi: str, column: str, row: pd.Series) -> None:
        self.refuse(column, f"{kpi}: {WHAT_TO_DO.get(str(row['marker']), WHAT_TO_DO['[x]'])}")

    def employees(self) -> None:
        kpi = str(self.declared.employees)
        row = self.figure(kpi, ["EmployerSize"])
        if row is None:
            return
        if pd.isna(row["value"]):
            self.hidden(kpi, "EmployerSize", row)
            return
        people = int(row["value"])
        if people < SMALLEST_IN_DUTY:
            reason = f"{people} people were employed on {self.day}; the duty begins at {SMALLEST_IN_DUTY}, so there is nothing to report"
            self.refuse("EmployerSize", f"{reason}. A council may report all the same, on the service itself")
        self.put(kpi, {"EmployerSize": size_of(people)})

    def hourly_gaps(self) -> None:
        gaps = self.declared.hourly_gap
        for column, kpi in zip(HOURLY, (gaps.mean, gaps.median), strict=True):
            row = self.figure(kpi, [column])
            if row is not None and not self.one_sex_alone(row, column):
                self.gap(kpi, column, row)

    def one_sex_alone(self, row: pd.Series, column: str) -> bool:
        """Without men, or without women, there is no gap: the column is empty."""
        alone = bool(row["numerator"] == 0 or row["denominator"] == 0)
        if alone:
            self.found.notes.append(f"{column} is empty: on {self.day} all full-pay employees were of one sex.")
        return alone

    def gap(self, kpi: str, column: str, row: pd.Series) -> None:
        if pd.isna(row["value"]):
            self.hidden(kpi, column, row)
            return
        percent = one_decimal(Fraction(Decimal(repr(round(float(row["value"]), 9)))) * 100)
        if percent > 100:
            self.refuse(column, f"{kpi} is {percent}; a gap is at most 100, so men's and women's pay cannot both be right")
        self.put(kpi, {column: str(percent)})

    def bonus(self) -> None:
        if self.declared.no_bonus_scheme:
            self.found.row.update({"MaleBonusPercent": "0.0", "FemaleBonusPercent": "0.0"})
            return
        shares = self.bonus_shares()
        gaps = self.declared.bonus_gap
        if shares is None or gaps is None:
            return
        men, women = shares
        if men == 0:
            self.found.notes.append("The bonus gaps are empty: no man was paid a bonus, so there is nothing to compare with.")
            return
        for column, kpi in zip(BONUS, (gaps.mean, gaps.median), strict=True):
            if women == 0:
                self.put(kpi, {column: "100.0"})
            elif (row := self.figure(kpi, [column])) is not None:
                self.gap(kpi, column, row)

    def bonus_shares(self) -> tuple[Decimal, Decimal] | None:
        """Of men and of women who were paid a bonus, in percent."""
        kpi, columns = str(self.declared.bonus_paid), ("MaleBonusPercent", "FemaleBonusPercent")
        row = self.figure(kpi, columns)
        if row is None:
            return None
        if any(pd.isna(row[name]) for name in ("value", "numerator", "denominator", "reference_value")):
            self.hidden(kpi, " and ".join(columns), row)
            return None
        men = one_decimal(Fraction(int(row["numerator"]), int(row["denominator"])) * 100)
        women = one_decimal(Fraction(Decimal(repr(round(float(row["reference_value"]), 12)))) * 100)
        for column, share in zip(columns, (men, women), strict=True):
            if not 0 <= share <= 100:
                self.refuse(column, f"{kpi} gives {share}; a share is from 0 to 100")
        self.put(kpi, {"MaleBonusPercent": str(men), "FemaleBonusPercent": str(women)})
        return men, women

    def quarters(self) -> None:
        quarters = self.declared.quarters
        if quarters is None:
            return
        for name, category in zip(QUARTERS, quarters.categories, strict=True):
            columns = (f"Male{name}", f"Female{name}")
            row = self.figure(quarters.women, columns, f"{quarters.dimension}={category}")
            if row is None:
                continue
            if pd.isna(row["numerator"]) or pd.isna(row["denominator"]) or not row["denominator"]:
                self.hidden(quarters.women, " and ".join(columns), row)
                continue
            men, women = split_of(int(row["numerator"]), int(row["denominator"]))
            if not 0 <= women <= 100 or men + women != 100:
                self.refuse(columns[1], f"{quarters.women} gives {women}; a share is from 0 to 100, and both make 100.0")
            self.put(quarters.women, {columns[0]: str(men), columns[1]: str(women)})

    def about(self, today: date) -> None:
        """Who the employer is, and until when the return is due. What the service writes itself stays empty."""
        employer, row = self.declared.employer, self.found.row
        due = deadline(self.day.year)
        row["EmployerName"] = row["CurrentName"] = self.report.provenance.council
        row["EmployerId"] = "" if employer.id is None else str(employer.id)
        row["Address"], row["PostCode"] = employer.address or "", employer.post_code or ""
        row["CompanyNumber"], row["SicCodes"] = employer.company_number or "", ",\n".join(map(str, employer.sic_codes))
        row["CompanyLinkToGPGInfo"], row["ResponsiblePerson"] = employer.link or "", employer.responsible_person or ""
        self.not_said()
        if due is None:
            return
        row["DueDate"] = due.strftime("%Y/%m/%d %H:%M:%S")
        if today >= due.date():
            last = due.date() - timedelta(days=1)
            self.found.notes.append(f"The last day for this return was {last}: the service will mark it as submitted late.")

    def not_said(self) -> None:
        """What the service asks of a public authority and `config/returns/gpg.yaml` does not say."""
        asked = {"EmployerId": "id", "Address": "address", "PostCode": "post_code", "CompanyLinkToGPGInfo": "link"}
        empty = [f"{column} (`{key}`)" for column, key in asked.items() if not self.found.row[column]]
        if empty:
            self.found.notes.append(f"Empty, since `employer` in config/returns/gpg.yaml does not say it: {', '.join(empty)}.")


def one_decimal(percent: Fraction) -> Decimal:
    """Rounded once, half to even.

    >>> one_decimal(Fraction(3125, 100)), one_decimal(Fraction(6875, 100))
    (Decimal('31.2'), Decimal('68.8'))
    """
    tenths = round(percent * 10)  # of a fraction: exact, half to even
    return (Decimal(tenths) / 10).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def split_of(women: int, everybody: int) -> tuple[Decimal, Decimal]:
    """Men's and women's share of a quarter, which make exactly 100.0.

    >>> split_of(11, 16), split_of(4, 6)
    ((Decimal('31.2'), Decimal('68.8')), (Decimal('33.3'), Decimal('66.7')))
    """
    share = one_decimal(Fraction(women, everybody) * 100)
    return Decimal("100.0") - share, share
