"""Rounding, and undoing it."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.disclosure.rounding import interval, round_half_up


def test_rounds_to_five_as_the_field_does() -> None:
    assert round_half_up(np.array([0, 1, 2, 3, 7, 8, 12, 13, 22, 23]), 5).tolist() == [0, 0, 0, 5, 5, 10, 10, 15, 20, 25]


@pytest.mark.parametrize("chain", [(5,), (10,), (5, 10)])
def test_the_interval_is_every_count_that_rounds_to_the_figure(chain: tuple[int, ...]) -> None:
    values = np.arange(300)
    shown = values
    for base in chain:
        shown = round_half_up(shown, base)
    for figure in set(shown[:250].tolist()):
        fits = values[shown == figure]
        assert interval(figure, chain) == (fits.min(), fits.max())
