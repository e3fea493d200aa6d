"""The demo council's extracts: files as its HR and payroll systems would write them, each a little untidy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from metrics.definitions.organisation import Organisation
from metrics.demo import labels
from metrics.demo.applications import RECRUITMENT_DAYS, application_rows
from metrics.demo.council import PAY_DAYS, RESTRUCTURE, SERVICES, STAFF_DAYS
from metrics.demo.events import YearOfEvents
from metrics.demo.learning import learning_days, learning_rows
from metrics.demo.others import SECONDED_IN, Others
from metrics.demo.pay import (
    basic_pence,
    bonus_pence,
    four_weekly,
    hourly_pence,
    on_reduced_pay,
    overtime_pence,
    period_pence,
    salary_pounds,
    weekly_minutes,
)
from metrics.demo.people import ANSWERED, FAITH_MINORITY, FAITH_WHITE, IDENTITY, MINORITY, ORIENTATION, PREFERS_NOT, SEED, WHITE, Simulation
from metrics.demo.places import city_lists
from metrics.demo.published import published_tables
from metrics.demo.residents_survey import residents_surveys
from metrics.demo.small_lists import small_lists
from metrics.demo.standing import acting_up, apprentice, on_career_break, own_grade, registered_with, seconded_out
from metrics.demo.survey import surveys
from metrics.demo.things import things
from metrics.demo.workbook import write_workbook
from metrics.errors import InputError

NEW_SYSTEM = date(2024, 4, 1)
"""From this day the files come from a newer HR system, with other labels and another encoding."""
WORKBOOK_DAY = date(2024, 3, 31)
"""The year in which payroll sent a workbook."""


@dataclass(frozen=True)
class Extract:
    """One file for one dataset and day."""

    dataset: str
    as_at: date
    path: Path


def write_extracts(
    organisation: Organisation, folder: Path, wanted: Callable[[str, date], bool] | None = None, seed: int = SEED
) -> Iterator[Extract]:
    """Writes the files one after the other, oldest first; `wanted` leaves out those that are already loaded."""
    check_units(organisation)
    others, year = Others(seed), YearOfEvents(seed)
    for step, (day, staff) in enumerate(Simulation(seed).snapshots()):
        if step:
            others.quarter(step)
        if day in STAFF_DAYS and (wanted is None or wanted("hr", day)):
            everybody = pd.concat([staff.assign(kind="own"), others.staff(day)], ignore_index=True)
            yield write(Extract("hr", day, folder / f"HR establishment {day:%Y-%m-%d}.csv"), hr_rows(everybody, day, organisation))
        if day in PAY_DAYS and (wanted is None or wanted("pay", day)):
            ending = "xlsx" if day == WORKBOOK_DAY else "csv"
            yield write(Extract("pay", day, folder / f"Payroll {day:%Y-%m-%d}.{ending}"), pay_rows(staff, day, organisation))
        if day in RECRUITMENT_DAYS and (wanted is None or wanted("recruit", day)):
            rows = application_rows(day, organisation, seed)
            yield write(Extract("recruit", day, folder / f"Applications {day:%Y-%m-%d}.csv"), rows)
        year.see(day, staff)
        lists = (*small_lists(staff, day, organisation, seed), *things(day, organisation, seed), *residents_surveys(day, seed))
        for dataset, name, make in (*lists, *year.lists(day)):
            if wanted is None or wanted(dataset, day):
                yield write(Extract(dataset, day, folder / f"{name} {day:%Y-%m-%d}.csv"), make())
        for dataset, when, name, make in (*city_lists(staff, day, organisation, seed), *published_tables(day)):
            if wanted is None or wanted(dataset, when):
                yield write(Extract(dataset, when, folder / f"{name} {when:%Y-%m-%d}.csv"), make())
        for dataset, name, make in surveys(staff, partial(directorates, organisation, staff, day), day, seed):
            if wanted is None or wanted(dataset, day):
                yield write(Extract(dataset, day, folder / f"{name} {day:%Y-%m-%d}.csv"), make())
        for month in learning_days(day):
            if wanted is None or wanted("learn", month):
                place = directorates(organisation, staff, month)
                yield write(Extract("learn", month, folder / f"Training {month:%Y-%m-%d}.csv"), learning_rows(staff, place, month))


def check_units(organisation: Organisation) -> None:
    """The demo's people need the demo's services: another council's organisation is refused."""
    needed = {u for s in SERVICES for u in (s.id, s.directorate, *s.teams, *s.before)}
    missing = sorted(needed - set(organisation.by_id))
    if missing:
        raise InputError(
            f"organisation.csv has no unit '{missing[0]}' ({len(missing)} of the demo council's {len(needed)} units are missing); "
            "`equality demo` works with the demo council's own configuration only",
            advice="Use the configuration that came with the program, or load your own files with `equality ingest`.",
        )


def write(extract: Extract, rows: pd.DataFrame) -> Extract:
    if extract.path.suffix == ".xlsx":
        write_workbook(extract.path, rows, sheet="Payroll")
    else:
        encoding = "cp1252" if extract.as_at < NEW_SYSTEM else "utf-8-sig"
        extract.path.write_bytes(rows.to_csv(index=False, lineterminator="\r\n").encode(encoding))
    return extract


def directorates(organisation: Organisation, staff: pd.DataFrame, day: date) -> pd.Series:
    """Each person's directorate by its name on the day."""
    service, team, number = (staff[name].to_numpy() for name in ("service", "team", "number"))
    return unit_labels(organisation, service, team, number, day)["Directorate"]


def unit_labels(organisation: Organisation, service: np.ndarray, team: np.ndarray, number: np.ndarray, day: date) -> pd.DataFrame:
    """Directorate, service and team as the file names them; empty where somebody is attached higher up."""
    rows: list[tuple[str, str, str]] = []
    keys: dict[tuple[int, int], int] = {}
    for i, plan in enumerate(SERVICES):
        for j in range(max(len(plan.teams), len(plan.before), 1)):
            unit = plan.teams[j] if plan.teams else plan.before[j] if plan.before and day < RESTRUCTURE else plan.id
            path = [organisation.by_id[u].name for u in organisation.path(unit)[1:]]
            keys[(i, j)] = len(rows)
            rows.append((path[0], path[1] if len(path) > 1 else "", path[2] if len(path) > 2 else ""))
    width = max(j for _, j in keys) + 1
    index = np.full((len(SERVICES), width), -1)
    for (i, j), at in keys.items():
        index[i, j] = at
    older = np.array([max(len(s.before), 1) if day < RESTRUCTURE else 1 for s in SERVICES])[service]
    teams = np.array([len(s.teams) for s in SERVICES])[service]
    place = index[service, np.where(teams > 0, team, number % older)]
    names = pd.DataFrame(rows, columns=["Directorate", "Service", "Team"])
    return names.take(place).reset_index(drop=True)


def answers(staff: pd.DataFrame, state: str, said: Sequence[str] | np.ndarray, blanks: Sequence[str]) -> np.ndarray:
    """What stands in a characteristic's column: the answer, "Prefer not to say", or one of the ways to leave it empty."""
    answer = staff[f"answer_{state}"].to_numpy()
    empty = np.array(blanks, dtype=object)[staff["number"].to_numpy() % len(blanks)]
    return np.where(answer == ANSWERED, np.asarray(said, dtype=object), np.where(answer == PREFERS_NOT, labels.PREFERS_NOT, empty))


def characteristics(staff: pd.DataFrame, day: date) -> dict[str, np.ndarray]:
    new = day >= NEW_SYSTEM
    blanks = labels.BLANKS_NEW if new else labels.BLANKS_OLD
    ethnicity = labels.ETHNICITY_NEW if new else labels.ETHNICITY_OLD
    group = np.array([ethnicity[name] for name in (*MINORITY, *WHITE)], dtype=object)
    disability = np.array(labels.DISABILITY_NEW if new else labels.DISABILITY_OLD, dtype=object)
    sex = np.array(labels.SEX_NEW if new else labels.SEX_OLD, dtype=object)
    return {
        "Gender": sex[staff["woman"].astype(int)],
        "Ethnic Origin": answers(staff, "ethnicity", group[staff["ethnicity"]], blanks),
        "Disability Status": answers(staff, "disability", disability[staff["disabled"].astype(int)], blanks),
    }


def hr_rows(staff: pd.DataFrame, day: date, organisation: Organisation) -> pd.DataFrame:
    """A row per post: most people have one, some a second and smaller one in another service, a few a third."""
    blanks = labels.BLANKS_NEW if day >= NEW_SYSTEM else labels.BLANKS_OLD
    faith = np.array([labels.FAITH[name] for name in (*FAITH_MINORITY, *FAITH_WHITE)], dtype=object)
    orientation = np.array([labels.ORIENTATION[name] for name in ORIENTATION], dtype=object)
    identity = np.array([labels.IDENTITY[name] for name in IDENTITY], dtype=object)
    own = (staff["kind"] == "own").to_numpy()
    person = pd.DataFrame(
        {
            "Employee No": "T" + (staff["number"] + 100_000).astype(str),
            **characteristics(staff, day),
            "Age": staff["age"],
            "Religion or Belief": answers(staff, "religion", faith[staff["faith"]], blanks),
            "Sexual Orientation": answers(staff, "orientation", orientation[staff["orientation"]], blanks),
            "Gender Identity": answers(staff, "identity", identity[staff["identity"]], blanks),
            "Substantive Grade": np.array(labels.GRADES, dtype=object)[np.where(own, own_grade(staff, day), staff["grade"])],
            "Acting Up": np.where(own & acting_up(staff, day), "Y", "N"),
            "Secondment": np.where(staff["kind"] == SECONDED_IN, "In", np.where(own & seconded_out(staff, day), "Out", "")),
            "Career Break": np.where(own & on_career_break(staff, day), "Y", ""),
            "Professional Register": np.where(own, registered_with(staff), ""),
            "Start Date": [date.fromordinal(int(d)).strftime("%d/%m/%Y") for d in staff["started"]],
        }
    )
    main = person.assign(
        **post(staff, staff["service"], staff["team"], day, organisation), FTE=staff["fte"] / 100, order=staff["number"] * 4
    )
    two = staff["second"].to_numpy() >= 0
    extra = staff[two]
    other = post(extra, extra["second"], extra["number"] * 0, day, organisation)
    second = person[two].assign(**other, FTE=0.2, order=extra["number"] * 4 + 1)
    second["Grade"] = np.array(labels.GRADES, dtype=object)[np.maximum(extra["grade"].to_numpy() - 1, 0)]
    second["Contract Type"] = np.where(extra["number"] % 3 == 0, "Casual/Relief", second["Contract Type"])
    third = second[extra["number"].to_numpy() % 11 == 0].assign(FTE=0.1)
    third["order"] += 1
    rows: pd.DataFrame = pd.concat([main, second, third]).sort_values("order", kind="stable").reset_index(drop=True)
    rows["Post No"] = "P" + (rows["order"] + 500_000).astype(str)
    return rows.loc[:, list(HR_HEADINGS)]


HR_HEADINGS = (
    "Employee No", "Post No", "Directorate", "Service", "Team", "Grade", "Substantive Grade", "Contract Type",
    "Acting Up", "Secondment", "Career Break", "Professional Register", "FTE", "Start Date", "Age", "Gender",
    "Ethnic Origin", "Disability Status", "Religion or Belief", "Sexual Orientation", "Gender Identity",
)  # fmt: skip


def post(staff: pd.DataFrame, service: pd.Series, team: pd.Series, day: date, organisation: Organisation) -> dict[str, np.ndarray]:
    units = unit_labels(organisation, service.to_numpy(), team.to_numpy(), staff["number"].to_numpy(), day)
    relief = np.array(labels.CASUAL, dtype=object)[staff["number"].to_numpy() % len(labels.CASUAL)]
    employed = np.where(apprentice(staff, day), "Apprenticeship", np.where(staff["temporary"], "Fixed Term", "Permanent"))
    contract = np.where(staff["casual"], relief, employed)
    for kind, label in labels.OTHERS.items():
        contract = np.where(staff["kind"] == kind, label, contract)
    return {
        **{name: units[name].to_numpy() for name in units.columns},
        "Grade": np.array(labels.GRADES, dtype=object)[staff["grade"]],
        "Contract Type": contract,
    }


def pay_rows(staff: pd.DataFrame, day: date, organisation: Organisation) -> pd.DataFrame:
    """A row per person with a contract and pay code; casual workers are not in the payroll extract."""
    paid = staff[~staff["casual"]].reset_index(drop=True)
    person = payroll_person(paid, day, organisation)
    items = pay_items(paid, day)
    rows: pd.DataFrame = pd.concat(
        [person[due].assign(**PAY_CODES[code], Amount=amounts[due], order=n) for n, (code, (due, amounts)) in enumerate(items.items())]
    )
    rows = rows.assign(place=rows.index).sort_values(["place", "order"], kind="stable").reset_index(drop=True)
    rows["Amount"] = [f"{pence // 100}.{pence % 100:02d}" for pence in rows["Amount"].tolist()]
    return rows.loc[:, list(PAY_HEADINGS)]


def payroll_person(paid: pd.DataFrame, day: date, organisation: Organisation) -> pd.DataFrame:
    """What stands on every one of a person's rows."""
    units = unit_labels(organisation, paid["service"].to_numpy(), paid["team"].to_numpy(), paid["number"].to_numpy(), day)
    minutes = weekly_minutes(paid).tolist()
    return pd.DataFrame(
        {
            "Employee No": "T" + (paid["number"] + 100_000).astype(str),
            "Directorate": units["Directorate"],
            "Service": units["Service"],
            "Grade": np.array(labels.GRADES, dtype=object)[paid["grade"]],
            **characteristics(paid, day),
            "Full-Time Salary": [f"{pounds}" for pounds in salary_pounds(paid, day).tolist()],
            "Weekly Hours": [f"{m / 60:.2f}".rstrip("0").rstrip(".") for m in minutes],
            "Pay Frequency": np.where(four_weekly(paid), "4-Weekly", "Monthly"),
            "Leave": np.where(on_career_break(paid, day), "Unpaid leave", np.where(on_reduced_pay(paid, day), "Reduced pay leave", "")),
        }
    )


def pay_items(paid: pd.DataFrame, day: date) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Pay code to who has such a row, and its amount in pence. Somebody whose pay is reduced has half of it; unpaid, nothing."""
    hourly, basic = hourly_pence(paid, day), basic_pence(paid, day)
    whole, part = period_pence(hourly, paid), period_pence(basic, paid)
    reduced, unpaid = on_reduced_pay(paid, day), on_career_break(paid, day)
    paid_now = np.where(unpaid, 0, np.where(reduced, part // 2, part))
    bonus, overtime = bonus_pence(paid, day), np.where(reduced, 0, overtime_pence(hourly, paid, day))
    return {
        "basic": (np.ones(len(paid), dtype=bool), paid_now),
        "allowance": ((whole > part) & ~reduced, whole - part),
        "overtime": (overtime > 0, overtime),
        "bonus": (bonus > 0, bonus),
    }


PAY_CODES: dict[str, dict[str, str]] = {
    "basic": {"Pay Code": "BAS001", "Pay Description": "Basic pay", "Paid in March": "Y"},
    "allowance": {"Pay Code": "ALL110", "Pay Description": "Allowances", "Paid in March": "Y"},
    "overtime": {"Pay Code": "OVT150", "Pay Description": "Overtime at time and a half", "Paid in March": "Y"},
    "bonus": {"Pay Code": "RRP900", "Pay Description": "Recruitment and retention payment", "Paid in March": "N"},
}
PAY_HEADINGS = (
    "Employee No", "Directorate", "Service", "Grade", "Gender", "Ethnic Origin", "Disability Status",
    "Full-Time Salary", "Weekly Hours", "Pay Frequency", "Leave", "Pay Code", "Pay Description", "Paid in March", "Amount",
)  # fmt: skip
