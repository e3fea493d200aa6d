"""Windows that roll: a dataset keeps short extracts of events, and each figure is of as many of them as make up its window."""

from __future__ import annotations

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi


def rolls(kpi: Kpi, dataset: Dataset) -> bool:
    """Whether a KPI's figures are of more than one extract: its window is longer than the months that an extract holds."""
    months = kpi.measure.window_months
    return dataset.window_months is not None and months is not None and months > dataset.window_months


def rolling_months(configuration: Configuration, dataset: str) -> int | None:
    """How many months the figures of a dataset are of, where those are several extracts; all KPIs of a dataset have one window."""
    known = configuration.datasets[dataset]
    return next((k.measure.window_months for k in configuration.kpis.values() if k.dataset == dataset and rolls(k, known)), None)


def span_months(kpi: Kpi, dataset: Dataset) -> int:
    """How many months a figure about events is of; 0 for a dataset of something else."""
    return (kpi.measure.window_months if rolls(kpi, dataset) else dataset.window_months) or 0


def describe_window(kpi: Kpi, dataset: Dataset) -> tuple[str, ...]:
    """What readers of figures that overlap must know."""
    if not rolls(kpi, dataset):
        return ()
    months, step = span_months(kpi, dataset), dataset.window_months or 0
    return (
        f"Each figure is of the {months} months up to its day, and there is a new one every {kpi.period.grain}: neighbouring figures share "
        f"{months - step} months of the same {dataset.rows_are}. Change is told against the figure of the year before, which shares none.",
    )
