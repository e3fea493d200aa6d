"""The demo council's registers of things: contracts, consultations, actions of the Prevent plan. Nobody is in them.

Each is drawn by itself, once, and looked at on every quarter's end: a contract that is monitored stays so, a consultation keeps its days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from metrics.definitions.organisation import Organisation
from metrics.demo.council import DIRECTORATES, PAY_DAYS, quarter_ends
from metrics.demo.small_lists import by_size, names_on

THING_DAYS = tuple(day for day in quarter_ends() if day >= PAY_DAYS[1])
"""From the end of the first whole year on."""
THINGS = tuple((dataset, day) for dataset in ("contract", "consultation", "prevent_actions") for day in THING_DAYS)
CONTRACTS = 640
OVER_THRESHOLD = 0.45
MONITORED = (0.52, 0.83)
"""Share of contracts over the threshold whose equality terms are monitored, on the first day and on the last."""
IN_CONTRACT, NO_TERMS = 0.62, 0.93
"""Of the others: the terms stand in the contract; there are none; what is left is not recorded."""
MONITORS_LATE = "city_operations"
"""The directorate that began late: two in three of the others' share."""
SUPPLIERS = ("Local small firm", "Local voluntary body", "Local larger firm", "Elsewhere")
SUPPLIED = ((0.15, 0.06, 0.26, 0.53), (0.21, 0.09, 0.25, 0.45))
"""Kinds of suppliers, on the first day and on the last."""
NO_CHOICE = 0.18
PER_MONTH = 5
"""Consultations that close in a month."""
IN_TIME = (0.46, 0.84)
"""Share of consultations with feedback within twelve weeks, of those that closed first and last."""
NEVER = 0.06
ACTIONS = (("The council", 16), ("Police", 9), ("Education", 11), ("Health", 7), ("Probation", 4), ("Voluntary sector", 6))
DONE_OR_ON_TRACK = {"The council": 0.9, "Police": 0.88, "Education": 0.78, "Health": 0.6, "Probation": 0.7, "Voluntary sector": 0.75}
GAINED = 0.22
"""How much more of them were done or on track on the last day than on the first."""


def things(day: date, organisation: Organisation, seed: int) -> Iterator[tuple[str, str, Callable[[], pd.DataFrame]]]:
    """Dataset, name of the file and what makes its rows, for every register of a day."""
    if day in THING_DAYS:
        yield "contract", "Contracts", partial(contract_rows, day, organisation, seed)
        yield "consultation", "Consultations", partial(consultation_rows, day, organisation, seed)
        yield "prevent_actions", "Prevent plan", partial(action_rows, day, seed)


def contract_rows(day: date, organisation: Organisation, seed: int) -> pd.DataFrame:
    """A row for each contract: they stay the same contracts, and more of them are monitored and placed locally."""
    rng = np.random.default_rng(seed + 500)
    directorate = by_size(rng, CONTRACTS)
    large, monitored, other, supplier, fixed = rng.random((5, CONTRACTS))
    late = np.where(directorate == DIRECTORATES.index(MONITORS_LATE), 2 / 3, 1.0)
    is_monitored = monitored < _between(MONITORED, day) * late
    shares = np.cumsum([_between((first, last), day) for first, last in zip(*SUPPLIED, strict=True)])
    paid = np.exp(rng.normal(0.0, 0.9, CONTRACTS)) * np.where(large < OVER_THRESHOLD, 240_000, 36_000)
    return pd.DataFrame(
        {
            "Contract No": [f"C{number:05}" for number in range(CONTRACTS)],
            "Directorate": names_on(organisation, day)[directorate],
            "Size": np.where(large < OVER_THRESHOLD, "Over threshold", "Under threshold"),
            "Equality Terms": np.select([is_monitored, other < IN_CONTRACT, other < NO_TERMS], ["Monitored", "In contract", "None"], ""),
            "Supplier": np.array(SUPPLIERS, dtype=object)[np.minimum((supplier[:, None] > shares).sum(axis=1), 3)],
            "Open To Choice": np.where(fixed < NO_CHOICE, "No", "Yes"),
            "Spend": np.round(paid * (1 + 0.02 * THING_DAYS.index(day)), 2),
        }
    )


def consultation_rows(day: date, organisation: Organisation, seed: int) -> pd.DataFrame:
    """A row for each consultation that closed in the fifteen months before a day."""
    rng = np.random.default_rng(seed + 510)
    first = date(PAY_DAYS[1].year - 2, 10, 1)
    months = (THING_DAYS[-1].year - first.year) * 12 + THING_DAYS[-1].month - first.month + 1
    many = months * PER_MONTH
    directorate, chance, wait = by_size(rng, many), rng.random(many), rng.random(many)
    closed = [first + timedelta(days=int(n * 30.4 / PER_MONTH)) for n in range(many)]
    within = np.array([chance[n] < _between(IN_TIME, closed[n]) for n in range(many)])
    after = np.where(within, 20 + 64 * wait, 85 + 120 * wait).astype(int)
    published = [None if c > 1 - NEVER else one + timedelta(days=int(days)) for one, days, c in zip(closed, after, chance, strict=True)]
    held = [n for n in range(many) if day - timedelta(days=456) < closed[n] <= day]
    return pd.DataFrame(
        {
            "Consultation": [f"Consultation {n + 1}" for n in held],
            "Directorate": names_on(organisation, day)[directorate[held]],
            "Closed": [f"{closed[n]:%d/%m/%Y}" for n in held],
            "Feedback Published": ["" if (p := published[n]) is None or p > day else f"{p:%d/%m/%Y}" for n in held],
        }
    )


def action_rows(day: date, seed: int) -> pd.DataFrame:
    """A row for each action of the plan, and how it stands on the day."""
    rng = np.random.default_rng(seed + 520)
    lead = [partner for partner, many in ACTIONS for _ in range(many)]
    chance, other = rng.random((2, len(lead)))
    gone = _between((0.0, 1.0), day)
    good = np.array([DONE_OR_ON_TRACK[partner] for partner in lead]) - GAINED * (1 - gone)
    state = np.select([chance < good * gone * 0.6, chance < good, other < 0.75], ["Done", "On track", "Behind"], "Not begun")
    return pd.DataFrame({"Action": [f"{n + 1}" for n in range(len(lead))], "Lead Partner": lead, "State": state})


def _between(ends: tuple[float, float], day: date) -> float:
    """On the straight way from the first day's figure to the last day's."""
    first, last = THING_DAYS[0].toordinal(), THING_DAYS[-1].toordinal()
    return ends[0] + (ends[1] - ends[0]) * min(max((day.toordinal() - first) / (last - first), 0.0), 1.0)
