"""Disclosure profiles: what each audience may see of small numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from metrics.definitions.base import Definition, Id, Text

Method = Literal["suppress", "round"]
ROUNDED_STEPS = 2
"""A rounded count keeps at least three possible values."""


class Profile(Definition):
    """Thresholds of one audience. Defaults are the leadership profile of the product's design."""

    title: Text
    threshold: int = Field(default=5, ge=2, le=100)
    """Counts from 1 to threshold - 1 are never exactly known."""
    council: Method = "suppress"
    below_council: Method = "round"
    rounding_base: Literal[5, 10] = 5
    minimum_base: int = Field(default=10, ge=0)
    """A share is shown only on a base of at least this many people (as shown)."""
    minimum_base_rounded: int = Field(default=25, ge=0)
    """The same where counts are rounded: on a base of 10, two people more or fewer are 20 points, and the share would mislead.
    HESA withholds percentages on bases under 22.5 when it rounds counts to 5; 25 is a choice of this product's, for a council to change."""
    pay_minimum: int = Field(default=10, ge=3)
    """A pay figure is shown only for groups of at least this many people (as shown)."""
    dominance: float = Field(default=0.5, gt=0, le=1)
    """A mean is hidden when one person holds more than this share of the group's pay."""
    distinct_rates: int = Field(default=3, ge=1)
    zeros: Literal["show", "hide"] = "show"
    """`hide`: a true zero in a sensitive dimension is treated as a small count."""
    least_shown: float = Field(default=0.5, ge=0, le=1)
    """Where counts are hidden: of how much of a breakdown (its groups with anybody in them, or their people) at one unit figures must be
    possible; under that share the breakdown goes there as a whole, if a coarser one is published there that can be read: broader
    categories, or fewer characteristics. Readers are told where to look instead. 0: never."""


class DisclosureSettings(Definition):
    """`config/disclosure.yaml`."""

    profiles: Mapping[Id, Profile]
    audiences: Mapping[Id, Id]
    """Audience to profile. The first audience is certified on the counts; every other is made from what the first is shown, so it
    adds nothing."""
