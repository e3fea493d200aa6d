"""Where most groups of a breakdown are hidden, the note says where to read instead, and only from what is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.kpi import Breakdown, Kpi, MeasureType
from metrics.definitions.organisation import Organisation, Unit
from metrics.evaluate.evaluate import evaluate
from metrics.periods import Grain
from tests.support.evaluated import configured
from tests.support.factories import a_proportion
from tests.support.shown import some_shown

SHARE = a_proportion({}, {})
COUNT = SHARE.model_copy(update={"measure": SHARE.measure.model_copy(update={"type": MeasureType.COUNT, "unit": "people"})})


def dimension(id: str, parent: str | None, **categories: str | None) -> Dimension:
    made = tuple(Category(id=c, label=c.capitalize(), parent=p) for c, p in categories.items())
    return Dimension(id=id, title=id, parent_dimension=parent, categories=made)


FINE = dimension("ethnicity_5", "ethnicity_2", white="white", asian="other", black="other", mixed="other")
BROAD = dimension("ethnicity_2", None, white=None, other=None)
SEX = dimension("sex", None, female=None, male=None)
UNITS = Organisation((Unit("council", "Council", None, "council"), Unit("parks", "Parks", "council", "directorate")))


def groups(dims: str, unit: str, **people: Any) -> list[dict[str, Any]]:
    """ "female_asian" for a group of two dimensions."""
    names = dims.split("+")
    made = []
    for name, n in people.items():
        group = ";".join(f"{d}={c}" for d, c in zip(names, name.split("_"), strict=True))
        made.append({"unit": unit, "breakdown": dims, "group": group, "numerator": n, "denominator": 500, "everyone": 500})
    return made


def notes(*figures: list[dict[str, Any]], kpi: Kpi = COUNT) -> pd.DataFrame:
    configuration = replace(configured(kpi), dimensions={d.id: d for d in (FINE, BROAD, SEX)}, organisation=UNITS)
    return evaluate(some_shown([f for part in figures for f in part]), configuration)


def note(rows: pd.DataFrame, unit: str, group: str) -> str:
    return str(rows.loc[(rows["unit"] == unit) & (rows["group"] == group), "note"].iloc[0])


PARKS = groups("ethnicity_5", "parks", white=40, asian=None, black=None, mixed=None)


def test_broader_categories_of_the_same_unit_come_first() -> None:
    rows = notes(
        PARKS, groups("ethnicity_2", "parks", white=40, other=9), groups("ethnicity_5", "council", white=400, asian=50, black=40, mixed=9)
    )
    assert note(rows, "parks", "ethnicity_5=asian") == "coarsened:by:ethnicity_2"
    assert note(rows, "parks", "ethnicity_5=white") == ""


def test_then_each_characteristic_by_itself() -> None:
    crossed = groups("sex+ethnicity_5", "parks", female_white=None, female_asian=None, male_white=30, male_asian=None)
    alone = [groups("sex", "parks", female=20, male=30), groups("ethnicity_5", "parks", white=40, asian=10)]
    assert note(notes(crossed, *alone), "parks", "sex=female;ethnicity_5=asian") == "coarsened:by:ethnicity_5,sex"


def test_then_the_unit_above_if_it_can_be_read() -> None:
    above = groups("ethnicity_5", "council", white=400, asian=50, black=40, mixed=9)
    hidden = groups("ethnicity_2", "parks", white=None, other=None)
    assert note(notes(PARKS, hidden, above), "parks", "ethnicity_5=asian") == "coarsened:at:council"
    nothing = groups("ethnicity_5", "council", white=400, asian=None, black=None, mixed=None)
    assert note(notes(PARKS, nothing), "parks", "ethnicity_5=asian") == "hidden"


def test_at_last_what_is_published_once_a_year() -> None:
    yearly = COUNT.model_copy(update={"breakdowns": (Breakdown(by=("ethnicity_5",)), Breakdown(by=("ethnicity_2",), grain=Grain.YEAR))})
    at_council = groups("ethnicity_5", "council", white=400, asian=None, black=None, mixed=None)
    assert note(notes(at_council, kpi=yearly), "council", "ethnicity_5=asian") == "coarsened:yearly:ethnicity_2"


def test_where_most_can_be_read_each_row_has_its_own_reason() -> None:
    rows = notes(
        groups("ethnicity_5", "parks", white=40, asian=12, black=None, mixed=None), groups("ethnicity_2", "parks", white=40, other=9)
    )
    assert note(rows, "parks", "ethnicity_5=black") == "hidden"


def test_groups_of_nobody_do_not_count_as_read() -> None:
    rows = notes(groups("ethnicity_5", "parks", white=0, asian=0, black=None, mixed=0), groups("ethnicity_2", "parks", white=40, other=9))
    assert note(rows, "parks", "ethnicity_5=black") == "coarsened:by:ethnicity_2"
