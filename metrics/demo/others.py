"""People of the demo council outside its own establishment: agency workers, people seconded in, and staff of its schools.

They come and go by a draw of their own, so that the council's own staff are the same people with and without them.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from metrics.demo.council import DECLARED, DIRECTORATES, SERVICES, quarter_ends
from metrics.demo.people import ANSWERED, BLANK, FAITH_MINORITY, FAITH_WHITE, IDENTITY, MINORITY, ORIENTATION, PREFERS_NOT, WHITE, pick

FIRST_NUMBER = 60_000
AGENCY, SECONDED_IN, SCHOOL = "agency", "seconded_in", "school"
MANY = {AGENCY: 480, SECONDED_IN: 45, SCHOOL: 900}
"""How many there are at every quarter end."""
LEAVING = {AGENCY: 0.22, SECONDED_IN: 0.10, SCHOOL: 0.035}
"""Share who leave in a quarter."""
WOMEN = {AGENCY: 0.58, SECONDED_IN: 0.60, SCHOOL: 0.82}
ETHNIC_MINORITY = {AGENCY: 0.48, SECONDED_IN: 0.20, SCHOOL: 0.24}
ANSWERING = {AGENCY: 0.35, SECONDED_IN: 0.55, SCHOOL: 0.70}
"""Share who have answered a question about themselves."""


class Others:
    """Everybody of one kind who ever worked here, and who does now."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed + 1)
        self.days = quarter_ends()
        self.everybody = pd.concat([self.hire(kind, many, 0) for kind, many in MANY.items()], ignore_index=True)
        self.here = np.ones(len(self.everybody), dtype=bool)

    def quarter(self, step: int) -> None:
        """Some leave, and as many come."""
        for kind, many in MANY.items():
            mine = (self.everybody["kind"] == kind).to_numpy() & self.here
            self.here &= ~(mine & (self.rng.random(len(self.here)) < LEAVING[kind]))
            missing = many - int((mine & self.here).sum())
            self.everybody = pd.concat([self.everybody, self.hire(kind, missing, step)], ignore_index=True)
            self.here = np.concatenate([self.here, np.ones(missing, dtype=bool)])

    def hire(self, kind: str, many: int, step: int) -> pd.DataFrame:
        rng, today = self.rng, self.days[step].toordinal()
        minority = rng.random(many) < ETHNIC_MINORITY[kind]
        tenure = (rng.random(many) * (85 if step else 4000 if kind == SCHOOL else 300)).astype(int) + 1
        columns = {
            "kind": kind,
            "service": self.services(kind, many),
            "woman": rng.random(many) < WOMEN[kind],
            "minority": minority,
            "disabled": rng.random(many) < 0.08,
            "grade": np.minimum(rng.integers(0, 7, size=many), rng.integers(0, 7, size=many)),
            "born": today - tenure - ((20 + 40 * rng.random(many)) * 365).astype(int),
            "started": today - tenure,
            "ethnicity": np.where(minority, pick(rng, MINORITY, many), len(MINORITY) + pick(rng, WHITE, many)),
            "faith": np.where(minority, pick(rng, FAITH_MINORITY, many), len(FAITH_MINORITY) + pick(rng, FAITH_WHITE, many)),
            "orientation": pick(rng, ORIENTATION, many),
            "identity": pick(rng, IDENTITY, many),
            "fte": np.where(rng.random(many) < (0.5 if kind == SCHOOL else 0.15), rng.choice([40, 60, 80], size=many), 100),
        }
        for what in DECLARED:
            draw = rng.random(many)
            answered = ANSWERING[kind]
            columns[f"answer_{what}"] = np.where(draw < answered, ANSWERED, np.where(draw < answered + 0.1, PREFERS_NOT, BLANK))
        return pd.DataFrame(columns)

    def services(self, kind: str, many: int) -> np.ndarray:
        """Agency workers are where people are short; who is seconded in sits near the directors; schools belong to one directorate."""
        if kind == SCHOOL:
            return np.full(many, next(i for i, s in enumerate(SERVICES) if s.id == "children_and_families"))
        wanted = ("manual", "care") if kind == AGENCY else ("professional",)
        open_to = [i for i, s in enumerate(SERVICES) if s.work in wanted and s.id not in DIRECTORATES]
        return self.rng.choice(open_to, size=many)

    def staff(self, day: date) -> pd.DataFrame:
        """Who is here on a day, with the columns of the council's own staff."""
        here = self.everybody[self.here]
        frame = here.assign(number=FIRST_NUMBER + here.index.to_numpy(), age=((day.toordinal() - here["born"]) // 365.25).astype(int))
        return frame.assign(second=-1, team=0, casual=False, temporary=False).reset_index(drop=True)
