"""Groups and units by the names that people know them by."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.report import DimensionSummary
from metrics.wording.waterfall import STEP_NAMES


def format_group(group: str, dimensions: Mapping[str, DimensionSummary], everyone: str = "Everyone") -> str:
    """ "sex=female;ethnicity_5=asian" as "Women, Asian"."""
    if not group:
        return everyone
    return ", ".join(_label(part, dimensions) for part in group.split(";"))


def _label(part: str, dimensions: Mapping[str, DimensionSummary]) -> str:
    dimension, _, category = part.partition("=")
    if dimension == "step":
        return STEP_NAMES.get(category, category)
    known = dimensions[dimension].categories if dimension in dimensions else ()
    return next((label for id, label, _ in known if id == category), category)


def format_breakdown(breakdown: str, dimensions: Mapping[str, DimensionSummary]) -> str:
    """ "directorate+ethnicity_5" as "directorate and ethnic group"."""
    words = [dimensions[word].title if word in dimensions else word.replace("_", " ") for word in breakdown.split("+") if word]
    return " and ".join(word if word[1:2].isupper() else word.lower() for word in words) or "whole council"
