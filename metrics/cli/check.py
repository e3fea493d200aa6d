"""`equality check`: is the configuration right, do its worked examples hold, is a review overdue."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.definitions.checks.review import review_warnings
from metrics.definitions.checks.succession import succession_warnings
from metrics.definitions.configuration import Configuration
from metrics.definitions.fit import advice, fit, lacking
from metrics.definitions.load import definition_error, load_configuration, parse_folder
from metrics.definitions.schema import write_schemas
from metrics.errors import DefinitionError, InputError, Problem, SourceError
from metrics.gpg_service.stored import read_stored
from metrics.settings import Settings, SettingsFile, check_settings, load_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: equality check --config mycouncil")
def check(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    fit_to_data: Annotated[bool, typer.Option("--fit", help="First leave out what the datasets cannot answer.")] = False,
    schemas: Annotated[Path | None, typer.Option("--schemas", help="Also write JSON Schemas for editors into this folder.")] = None,
) -> None:
    """Every definition and cross-reference, worked examples, review dates. Exit 0 when all is right, 2 when something is wrong."""
    if schemas is not None:
        try:
            write_schemas(schemas, {"settings": SettingsFile})
        except OSError as fault:
            raise InputError(f"{schemas} cannot be written ({fault.strerror}).", "Name another folder with --schemas.") from fault
    changes = fit(config) if fit_to_data else []
    if not as_json:
        for line in changes:
            print(line)
    configuration, problems, more = load_everything(config)
    today = date.today()
    warnings = [*review_warnings(configuration, today), *succession_warnings(configuration, today)] if configuration else []
    warnings += retention_warnings(config, today) if configuration else []
    if as_json:
        _print_json(configuration, problems, warnings, changes)
    if problems and not as_json:
        error = definition_error(problems, config)
        raise DefinitionError(error.problems, "\n".join(line for line in (more, error.advice) if line))
    if not problems and configuration is not None and not as_json:
        _print_summary(configuration, warnings, config)
    raise typer.Exit(DefinitionError.exit_code if problems else 0)


def load_everything(folder: Path) -> tuple[Configuration | None, list[Problem], str]:
    """Configuration (if it loads), every problem of definitions, settings and worked examples, and advice on missing columns."""
    problems: list[Problem] = []
    configuration: Configuration | None = None
    settings: Settings | None = None
    more = ""
    try:
        configuration = load_configuration(folder)
    except DefinitionError as error:
        if not folder.is_dir():
            raise
        problems += error.problems
        more = advice(lacking(parse_folder(folder)[0]))
    try:
        settings = load_settings(folder)
    except DefinitionError as error:
        problems += error.problems
    if configuration is not None and settings is not None:
        problems += check_settings(settings, configuration)
    problems += comparator_problems(folder)
    if configuration is not None:
        problems += worked_example_problems(configuration)
    return configuration, problems, more


def comparator_problems(folder: Path) -> list[Problem]:
    """What is wrong with the imported figures of other employers."""
    try:
        read_stored(folder)
    except DefinitionError as error:
        return [*error.problems]
    return []


def retention_warnings(folder: Path, today: date) -> list[Problem]:
    """Rows about people that are held for too long. Silent where there is no database yet: a configuration is checked without one."""
    try:
        settings = load_settings(folder)
    except DefinitionError:
        return []
    kept = settings.retention
    if kept.person_rows_years is None and kept.import_reports_days is None:
        return []
    from metrics.ingest.purge import past_retention  # opens an engine: only where a council says how long it keeps rows
    from metrics.sources.engine import open_source

    where = str(folder / "settings.yaml")
    try:
        with open_source(settings.workforce_url) as source:
            found = past_retention(source, settings.private_folder, kept.person_rows_years, kept.import_reports_days, today)
    except SourceError as error:
        none_yet = "no workforce database" in str(error)
        return [] if none_yet else [Problem(where, f"whether rows are kept too long could not be asked: {error.problems[0].message}")]
    return [Problem(where, warning) for warning in found]


def worked_example_problems(configuration: Configuration) -> list[Problem]:
    """What every worked example should give and does not, by the same road that real figures take."""
    from metrics.pipeline import run_worked_example  # opens an engine: only when examples are run

    kpis = [kpi for kpi in configuration.kpis.values() if kpi.worked_example]
    if not sys.stderr.isatty():
        return [problem for kpi in kpis for problem in run_worked_example(configuration, kpi)]
    with typer.progressbar(kpis, label="Worked examples", file=sys.stderr) as bar:
        return [problem for kpi in bar for problem in run_worked_example(configuration, kpi)]


def found(configuration: Configuration) -> dict[str, int]:
    """How many of everything there are."""
    return {
        "units": len(configuration.organisation.units),
        "dimensions": len(configuration.dimensions),
        "datasets": len(configuration.datasets),
        "benchmarks": len(configuration.benchmarks),
        "profiles": len(configuration.disclosure.profiles),
        "kpis": len(configuration.kpis),
        "worked_examples": sum(kpi.worked_example is not None for kpi in configuration.kpis.values()),
    }


def _print_summary(configuration: Configuration, warnings: list[Problem], folder: Path) -> None:
    counts = found(configuration)
    print(f"{folder}/ is right: " + ", ".join(_counted(number, name) for name, number in counts.items()) + ".")
    print(f"Definition version {configuration.fingerprint[:12]}.")
    for warning in warnings:
        print(f"warning: {warning}")
    if not configuration.kpis:
        print("warning: there are no KPIs, so nothing can be published.")


def _counted(number: int, name: str) -> str:
    word = {"kpis": "KPIs", "worked_examples": "worked examples", "profiles": "disclosure profiles"}.get(name, name)
    return f"{number} {word[:-1] if number == 1 else word}"


def _print_json(configuration: Configuration | None, problems: list[Problem], warnings: list[Problem], changes: list[str]) -> None:
    print(
        json.dumps(
            {
                "right": not problems,
                "found": found(configuration) if configuration else {},
                "definition_version": configuration.fingerprint if configuration else None,
                "problems": [asdict(p) for p in sorted(set(problems), key=lambda p: (p.where, p.line, p.message))],
                "warnings": [asdict(p) for p in warnings],
                "changes": changes,
            },
            indent=2,
            ensure_ascii=False,
        )
    )
