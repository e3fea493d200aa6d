"""Who is left out of a pay gap, and at which step: not employed, pay reduced by leave, no hours, sex not known."""

from __future__ import annotations

from pathlib import Path

from metrics.definitions.waterfall import describe_steps
from metrics.periods import FinancialYear
from metrics.query.fetch import fetch_counts
from metrics.sources.engine import open_source
from tests.spec.test_statutory_figures import KPIS
from tests.support.engines import FreshStore
from tests.support.factories import DAY
from tests.support.payrolls import FULL_PAY, LONG, RELEVANT, a_file, a_payroll, load

COLUMNS = {
    "sex": {"from": "Sex", "dimension": "sex", "recode": {"F": "female", "M": "male", "X": "not_known"}},
    "ethnicity": {"from": "Ethnicity", "dimension": "ethnicity", "required": False},
    "contract": {"from": "Contract", "dimension": "contract"},
}
ROWS = [
    *({"ID": f"w{n}", "Sex": "F"} for n in range(6)),
    *({"ID": f"m{n}", "Sex": "M"} for n in range(5)),
    *({"ID": f"agency{n}", "Sex": "M", "Contract": "casual"} for n in range(4)),
    *({"ID": f"away{n}", "Sex": "F", "Leave": "Half"} for n in range(3)),
    {"ID": "unpaid", "Sex": "F", "Leave": "Nil", "Amount": 0},
    *({"ID": f"no hours{n}", "Sex": "M", "Hours": ""} for n in range(2)),
    {"ID": "phased", "Sex": "M", "Leave": "Phased", "Amount": 1300},
    {"ID": "not known", "Sex": "X"},
]


def test_everybody_who_is_left_out_leaves_at_a_step_that_says_why(fresh_store: FreshStore, tmp_path: Path) -> None:
    permanent = {"contract": ("permanent", "fixed_term")}
    full_pay = {"title": FULL_PAY["title"], "where": {**FULL_PAY["where"], **permanent}}  # type: ignore[dict-item]
    council = a_payroll(
        KPIS[0],
        columns=COLUMNS,
        items=LONG,
        not_employees={"contract": ("casual",)},
        populations={"full_pay": full_pay, "relevant": RELEVANT},
    )
    rows = [{"Contract": "permanent", "Amount": 2600, **row} for row in ROWS]
    with open_source(fresh_store(), read_only=False) as source:
        load(council, source, a_file(tmp_path, rows))
        (counts,) = fetch_counts(source, council, "pay", [DAY], FinancialYear())
    steps = counts.cells.query("breakdown == 'waterfall' and part == 'numerator'")
    assert dict(zip(steps["group"].str.removeprefix("step="), counts.values[steps["region"].to_numpy()].tolist(), strict=True)) == {
        "headcount": 23, "employed": 19, "population": 15, "known": 14, "paid": 12,
    }  # fmt: skip
    words = {step.id: step.leaves for step in describe_steps(council, KPIS[0])}
    assert words["employed"] == "Contract: Casual"
    assert "On reduced pay because of leave, Not paid because of leave or Not recorded" in words["population"]
    assert "no hours a week on record" in words["paid"]
    assert words["known"] == "Sex: not known"
