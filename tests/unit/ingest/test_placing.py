"""A row's unit on the row's day: one that did not stand then is refused with the one that is likely meant."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.definitions.organisation import Organisation, Unit
from metrics.ingest.placing import Places, Unplaced

ORGANISATION = Organisation(
    (
        Unit("council", "Council", None, "council"),
        Unit("parks", "Parks", "council", "service", None, date(2022, 3, 31), ("green",)),
        Unit("green", "Green Spaces", "council", "service", date(2022, 4, 1), date(2024, 3, 31), ("outdoors", "trees")),
        Unit("outdoors", "Outdoors", "council", "service", date(2024, 4, 1)),
        Unit("trees", "Trees", "council", "service", date(2024, 4, 1)),
        Unit("baths", "Baths", "council", "service", None, date(2024, 3, 31)),
    )
)


@pytest.mark.parametrize(
    ("label", "day", "words"),
    [
        ("Parks", date(2023, 1, 1), "not on 2023-01-01; its people were by then in green"),
        ("Parks", date(2025, 1, 1), "not on 2025-01-01; its people were by then in outdoors, trees"),
        ("Trees", date(2023, 1, 1), "not on 2023-01-01; before it, its people were in green"),
        ("Trees", date(2021, 1, 1), "not on 2021-01-01; before it, its people were in parks"),
        ("Baths", date(2025, 1, 1), "not on 2025-01-01; nothing is named as what it became"),
    ],
)
def test_a_unit_that_did_not_stand_is_refused_with_the_one_that_did(label: str, day: date, words: str) -> None:
    with pytest.raises(Unplaced, match=words):
        Places(ORGANISATION, None).unit((label,), day)


def test_a_unit_that_stood_is_taken() -> None:
    assert Places(ORGANISATION, None).unit(("green spaces",), date(2023, 1, 1)) == "green"
