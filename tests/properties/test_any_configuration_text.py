"""Whatever is typed into a definition file gives a configuration or a refusal in words, never another exception."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.definitions.strict_yaml import read_yaml_text
from metrics.errors import DefinitionError
from metrics.settings import load_settings

BASE = Path(__file__).parents[1] / "config" / "base"
FILES = sorted(path.relative_to(BASE) for path in BASE.rglob("*") if path.is_file())
WORDS = [
    *("known", "[]", "{}", "null", "~", "-1", "1e99", ".nan", "true", "no", "2026-02-30", "unit", "council", "sex", "value"),
    *("*a", "&a ", "!!str ", "<<: ", "- ", "? ", "|", ">", "\t", "\n", "---\n", "#", "{", "}", "[", "]", ",", "%", "@", ": "),
    *("[a, [b, [c]]]", "{by: []}", "[[sex]]", "not_recorded", "ethnicity_5", "ethnicity_2", "age_band", "hourly_pay"),
    *("''", '"', "'", ";", '"a,b"', "é", "𝔘", "\ufeff", "\x00", "\x85"),
]


@st.composite
def mutated(draw: st.DrawFn) -> dict[Path, str]:
    """One to three files of a good configuration with pieces replaced, moved, doubled or dropped."""
    changed: dict[Path, str] = {}
    for file in draw(st.lists(st.sampled_from(FILES), min_size=1, max_size=3, unique=True)):
        text = (BASE / file).read_text(encoding="utf-8")
        chance = random.Random(draw(st.integers(0, 2**32)))
        for _ in range(draw(st.integers(1, 4))):
            text = one_change(text, chance)
        changed[file] = text
    return changed


def one_change(text: str, chance: random.Random) -> str:
    """A word, sign or line replaced, put in, dropped, or written twice."""
    pieces = text.splitlines(keepends=True) if chance.random() < 0.3 else re.split(r"(\s+|[{}\[\],:;])", text)
    at = chance.randrange(len(pieces)) if pieces else 0
    new = chance.choice([*WORDS, *pieces])
    start, stop = chance.choice([(at, at + 1), (at, at)])
    pieces[start:stop] = chance.choice([[new], []])
    return "".join(pieces)


def refusal_of(load: Callable[[Path], object], folder: Path) -> DefinitionError | None:
    """The refusal in words, or None after using what was loaded; any other exception fails the test."""
    try:
        use(load(folder))
    except DefinitionError as refusal:
        return refusal
    return None


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_a_configuration_or_a_refusal(changed: dict[Path, str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "config"
        shutil.copytree(BASE, folder)
        for file, text in changed.items():
            (folder / file).write_text(text, encoding="utf-8", newline="")
        for load in (load_configuration, load_settings):
            refusal = refusal_of(load, folder)
            assert refusal is None or refusal.problems
            assert all(str(folder) in problem.where and problem.message for problem in (refusal.problems if refusal else ()))


def use(loaded: object) -> None:
    """What every room asks of a configuration that was accepted answers without an exception."""
    if not isinstance(loaded, Configuration):
        return
    for kpi in loaded.kpis.values():
        for breakdown in kpi.breakdowns:
            loaded.split(breakdown)
        population = loaded.datasets[kpi.dataset].populations[kpi.population]
        for where in (population.where, kpi.measure.numerator, kpi.measure.denominator, kpi.measure.reference_group):
            for dimension, wanted in where.items():
                loaded.resolve(kpi.dataset, dimension, wanted)
        loaded.profile(kpi)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from([*WORDS, "a", "b:", " ", "  ", "\n"]), max_size=40).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    reading = read_yaml_text(text, "file.yaml")
    assert reading.usable or reading.problems
    assert all(0 <= problem.line <= text.count("\n") + text.count("\r") + text.count("\x85") + 3 for problem in reading.problems)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_in_the_organisation(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "config"
        shutil.copytree(BASE, folder)
        (folder / "organisation.csv").write_bytes(content)
        refusal = refusal_of(load_configuration, folder)
        assert refusal is None or refusal.problems
