"""Every KPI of a configuration as a page: what it counts, on whom, how often, against what, and why."""

from __future__ import annotations

from metrics.definitions.configuration import Configuration
from metrics.definitions.describe import describe_profile, describe_who
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.evaluate.values import interval_of


def catalogue_page(configuration: Configuration) -> str:
    """Markdown: a table of all KPIs, then each in full."""
    kpis = [kpi for _, kpi in sorted(configuration.kpis.items())]
    rows = [
        f"| [{k.id}](#{k.id.lower()}) | {k.title} | {k.measure.unit.replace('_', ' ')} | {k.period.grain.value} | {k.owner} |" for k in kpis
    ]
    profiles = [f"- **{p.title}** (`{id}`): {describe_profile(p)}" for id, p in configuration.disclosure.profiles.items()]
    return (
        "\n\n".join(
            [
                "# KPIs",
                "\n".join(["| id | title | unit | published | owner |", "| --- | --- | --- | --- | --- |", *rows]),
                *(_kpi(configuration, kpi) for kpi in kpis),
                "## Disclosure profiles",
                "\n".join(profiles),
            ]
        )
        + "\n"
    )


def _kpi(configuration: Configuration, kpi: Kpi) -> str:
    benchmark = configuration.benchmarks[kpi.benchmark] if kpi.benchmark else None
    facts = [
        ("What", describe_who(configuration, kpi)),
        ("Measure", _measure(kpi)),
        ("Source", configuration.datasets[kpi.dataset].title),
        ("Population", configuration.population_title(kpi)),
        (
            "Published",
            f"every {kpi.period.grain.value}" + ("; by " + "; by ".join(_breakdown(b) for b in kpi.breakdowns) if kpi.breakdowns else ""),
        ),
        ("Good is", kpi.polarity.replace("_", " ")),
        ("Target", _target(kpi)),
        ("Benchmark", f"{benchmark.title} ({benchmark.source}, {benchmark.date.isoformat()})" if benchmark else ""),
        ("Equality Framework", ", ".join(link.theme for link in kpi.framework)),
        ("Notes", " ".join(kpi.notes)),
    ]
    return "\n\n".join(
        [f"## {kpi.id}", f"**{kpi.title}.** {kpi.why_it_matters}", "\n".join(f"- {name}: {words}" for name, words in facts if words)]
    )


def _measure(kpi: Kpi) -> str:
    words = f"{kpi.measure.type.value}, in {kpi.measure.unit}; interval: {interval_of(kpi)}"
    return words.replace("_", " ")


def _breakdown(breakdown: Breakdown) -> str:
    words = " and ".join(word.replace("_", " ") for word in breakdown.by)
    return f"{words} (every {breakdown.grain.value})" if breakdown.grain else words


def _target(kpi: Kpi) -> str:
    if kpi.target is None:
        return ""
    start = [f"{kpi.target.baseline.value:g} on {kpi.target.baseline.date.isoformat()}"] if kpi.target.baseline else []
    return ", then ".join([*start, *(f"{m.value:g} by {m.date.isoformat()}" for m in kpi.target.milestones)])
