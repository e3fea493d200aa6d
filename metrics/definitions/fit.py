"""KPIs that a council's own file cannot answer: which they are, and fitting the configuration to what the file has.

A starter configuration asks for more than many files hold. A KPI whose dataset has no such column cannot be made; a
breakdown by a dimension that the dataset does not offer can be left out of a KPI that is otherwise fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from metrics.definitions.checks.breakdowns import unit_words
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi
from metrics.definitions.load import parse_folder
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import read_yaml_text

SET_ASIDE = "set_aside"
"""Folder beside `kpis/` that is not read."""


@dataclass(frozen=True)
class Lack:
    """What one KPI asks of a dataset in vain."""

    kpi: str
    dataset: str
    needs: tuple[str, ...]
    """Without these it cannot be made at all."""
    splits: tuple[str, ...]
    """Without these it can be made, but not split by them."""


def lacking(parsed: Parsed) -> tuple[Lack, ...]:
    """KPIs that use dimensions or columns which are declared, or plainly meant, but which their dataset does not have."""
    found = (_lack(parsed, kpi, dataset) for kpi, dataset in parsed.kpis_with_dataset())
    return tuple(lack for lack in found if lack.needs or lack.splits)


def _lack(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Lack:
    offered = parsed.offered(dataset)
    measure = kpi.measure
    filtered = dict.fromkeys([*measure.numerator, *measure.denominator, *measure.reference_group])
    needs = [name for name in filtered if name in parsed.dimensions and name not in offered]
    if measure.over is not None and measure.over in parsed.dimensions and measure.over not in offered:
        needs.append(measure.over)
    if measure.column is not None and measure.column not in dataset.columns:
        needs.append(measure.column)
    levels = unit_words(parsed)
    words = dict.fromkeys(word for breakdown in kpi.breakdowns for word in breakdown.by)
    splits = [w for w in words if (dataset.unit is None if w in levels else w in parsed.dimensions and w not in offered)]
    return Lack(kpi.id, dataset.id, tuple(needs), tuple(splits))


def advice(lacks: tuple[Lack, ...]) -> str:
    """ "Dataset 'hr' has no disability; 2 KPIs ask for it: DR02, WR03. …", or nothing."""
    lines: list[str] = []
    for dataset in sorted({lack.dataset for lack in lacks}):
        mine = [lack for lack in lacks if lack.dataset == dataset]
        missing = ", ".join(sorted({name for lack in mine for name in (*lack.needs, *lack.splits)}))
        kpis = ", ".join(sorted(lack.kpi for lack in mine))
        lines.append(f"Dataset '{dataset}' has no {missing}, which is asked for by: {kpis}. Bind the columns in datasets/{dataset}.yaml,")
        lines.append("or let `equality check --fit` leave out these breakdowns and set aside the KPIs that cannot be made.")
    return "\n".join(lines)


def fit(folder: Path) -> list[str]:
    """Leave out breakdowns and set aside KPIs that the datasets cannot answer. Returns what was done, in words."""
    parsed, _ = parse_folder(folder)
    return [line for lack in lacking(parsed) for line in _fit_one(folder, parsed, lack)]


def _fit_one(folder: Path, parsed: Parsed, lack: Lack) -> Iterator[str]:
    path = Path(parsed.readings["kpis", lack.kpi].where)
    if lack.needs:
        target = folder / SET_ASIDE / path.name
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
        yield f"{path} set aside in {target.parent}/: dataset '{lack.dataset}' has no {', '.join(lack.needs)}"
        return
    text = path.read_text(encoding="utf-8-sig")
    shorter = without_breakdowns(text, frozenset(lack.splits))
    if shorter is None:
        yield f"{path}: please delete the breakdowns by {', '.join(lack.splits)} yourself; they are not written in one list"
    else:
        path.write_text(shorter, encoding="utf-8", newline="")
        yield f"{path}: breakdowns by {', '.join(lack.splits)} left out; dataset '{lack.dataset}' does not have them"


def without_breakdowns(text: str, words: frozenset[str]) -> str | None:
    """A KPI file without the breakdowns that hold one of `words`; None where the text cannot be changed safely.

    The text is changed, not rewritten, so that comments stay; the result is read again and must differ in nothing else.
    """
    before = read_yaml_text(text, "").data
    wanted = [by for by in before.get("breakdowns", []) if not (words & set(_words(by)))]
    shorter = re.sub(r"\[([a-z0-9_, ]*)\](,[ ]*)?", lambda m: "" if words & set(re.findall(r"\w+", m[1])) else m[0], text)
    shorter = re.sub(r",\s*\](?=\s*(#.*)?$)", "]", shorter, flags=re.MULTILINE)
    after = read_yaml_text(shorter, "")
    if not after.usable or after.problems or not isinstance(after.data, Mapping):
        return None
    same = {**after.data, "breakdowns": None} == {**before, "breakdowns": None}
    return shorter if same and after.data.get("breakdowns") == wanted else None


def _words(by: object) -> list[str]:
    if isinstance(by, Mapping):
        by = by.get("by", [])
    return [str(word) for word in by] if isinstance(by, list) else []
