"""Drafts of the definitions that would load an inspected file: each needs a few named edits, marked TODO, from a person."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metrics.definitions.checks.reserved_names import FRAME, TABLE
from metrics.definitions.dataset import Column, TableBinding
from metrics.definitions.dimension import Dimension
from metrics.ingest.guess import CHARACTERISTICS, SEEMS, Seen
from metrics.ingest.inspect import Inspection
from metrics.ingest.labels import ANY_DIMENSION, bare, known_spellings

NONE_WANTED: Mapping[str, Column] = {}
USEFUL = re.compile(r"contract|employ|status|type|pattern|basis|full.?time", re.IGNORECASE)
"""Headings of plain categories that populations are made of; other categories are offered but not loaded."""
MOST_CATEGORIES = 15
OWN_GROUPS = ("ethnicity", "grade", "age_band")
"""Characteristics whose groups differ from council to council; the others get recodes."""
MOST_UNMATCHED = 0.5
"""Above this share of people with unknown labels, a column gets a dimension of its own instead of recodes."""


@dataclass(frozen=True)
class Draft:
    """One file for a configuration folder."""

    place: str
    """Relative to the folder: `datasets/hr.yaml`."""
    content: str

    @property
    def todos(self) -> int:
        return self.content.count("# TODO")


@dataclass(frozen=True)
class _Line:
    """One canonical column of the dataset draft, and the dimension file that goes with it."""

    text: str
    dimension: Draft | None = None


def draft_definitions(
    inspection: Inspection,
    dimensions: Mapping[str, Dimension],
    dataset_id: str = "hr",
    council: str = "",
    wanted: Mapping[str, Column] = NONE_WANTED,
) -> tuple[Draft, ...]:
    """The dataset, its own dimensions, and the organisation if a column names units.

    `wanted` are columns of the definition that this draft replaces: KPIs may name them, so they stay, as columns that a file
    may lack.
    """
    lines = _columns(inspection, dimensions)
    own = [line.dimension for line in lines.values() if line.dimension is not None]
    drafts = [Draft(f"datasets/{dataset_id}.yaml", _dataset(inspection, lines, dataset_id, wanted)), *own]
    if inspection.unit is not None:
        drafts.append(Draft("organisation.csv", _organisation(inspection.unit, council)))
    return tuple(drafts)


def write_drafts(drafts: Sequence[Draft], folder: Path) -> list[str]:
    """Write drafts into a configuration; a file that stands there is kept beside under another name. Says what was done."""
    said = []
    for draft in drafts:
        path = folder / draft.place
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = ""
        if path.exists():
            if path.read_text(encoding="utf-8") == draft.content:
                said.append(f"{path}: already so")
                continue
            old = _free(path)
            path.rename(old)
            kept = f"; the file that stood there is now {old.name}"
        path.write_text(draft.content, encoding="utf-8")
        said.append(f"{path}: written, {draft.todos} TODO{'' if draft.todos == 1 else 's'}{kept}")
    return said


def mentions(folder: Path, words: Sequence[str]) -> list[str]:
    """Lines of KPIs that name any of these words, as `kpis/WR02-….yaml:14`."""
    found = []
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, words)) + r")\b") if words else None
    for path in sorted(folder.glob("kpis/*.yaml")):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern and pattern.search(line.split("#")[0]):
                found.append(f"{path}:{number}: {line.strip()}")
    return found


def _free(path: Path) -> Path:
    old, number = path.with_name(path.name + ".old"), 2
    while old.exists():
        old, number = path.with_name(f"{path.name}.old{number}"), number + 1
    return old


def slug(words: str, most: int = 50) -> str:
    """A readable id: `Public Works & Engineering-PWE` is `public_works_and_engineering_pwe`."""
    plain = unicodedata.normalize("NFKD", words.replace("&", " and ")).encode("ascii", "ignore").decode().casefold()
    made = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if len(made) > most:
        made = made[: most + 1].rpartition("_")[0] or made[:most]
    return made if made[:1].isalpha() else f"x_{made}".rstrip("_")


def _slugs(labels: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """A different id for each label."""
    made: dict[str, str] = {}
    used = set(taken)
    for label in labels:
        base = candidate = slug(label)
        number = 2
        while candidate in used:
            candidate, number = f"{base}_{number}", number + 1
        used.add(candidate)
        made[label] = candidate
    return made


def quoted(words: str) -> str:
    """A YAML string that is never taken for anything else."""
    return json.dumps("".join(c for c in words if c.isprintable()), ensure_ascii=False)


def _named(wanted: str, dimensions: Mapping[str, Dimension]) -> str:
    """An id for a dimension of the file's own: not one of the council's, and no word that results use themselves."""
    return f"{wanted}_in_file" if wanted in dimensions or wanted in FRAME | TABLE else wanted


def _columns(inspection: Inspection, dimensions: Mapping[str, Dimension]) -> dict[str, _Line]:
    lines: dict[str, _Line] = {}
    for column in inspection.columns:
        name, line = _column(column, dimensions, lines)
        if line is not None and name not in lines:
            lines[name] = line
    return lines


def _column(column: Seen, dimensions: Mapping[str, Dimension], taken: Mapping[str, _Line]) -> tuple[str, _Line | None]:
    heading = quoted(column.heading)
    if column.seems in (*CHARACTERISTICS, "grade", "age_band"):
        return _characteristic(column, dimensions)
    if column.seems == "age" and "age" not in taken:
        band = ", band: age_band" if "age_band" in dimensions else ""
        return "age", _Line(f"  age: {{from: {heading}, type: integer{band}, minimum: 14, maximum: 100}}")
    if column.seems in ("annual_pay", "hourly_pay") and "hourly_pay" not in taken:
        yearly = "  # TODO yearly amounts, not hourly: see notes below" if column.seems == "annual_pay" else ""
        return "hourly_pay", _Line(f"  hourly_pay: {{from: {heading}, type: money, minimum: 0}}{yearly}")
    if column.seems == "category" and 1 < len(column.labels) <= MOST_CATEGORIES and USEFUL.search(column.heading):
        name = _named(slug(column.heading), dimensions)
        return name, _Line(f"  {name}: {{from: {heading}, dimension: {name}}}", _own_dimension(name, column, dimensions))
    return slug(column.heading), None


def _characteristic(column: Seen, dimensions: Mapping[str, Dimension]) -> tuple[str, _Line]:
    """Bound to the council's dimension where most people's labels are known, otherwise to one made of the file's labels."""
    unmatched = sum(column.unmatched.values())
    own = column.seems in OWN_GROUPS and unmatched > MOST_UNMATCHED * max(column.filled, 1)
    if column.dimension is not None and not own:
        name = column.dimension
        text = f"  {name}:\n    from: {quoted(column.heading)}\n    dimension: {name}"
        if column.unmatched:
            text += f"\n    recode:  # categories: {', '.join(dimensions[name].ids)}"
            text += "".join(f"\n      {quoted(label)}:  # TODO {n:,} rows" for label, n in column.unmatched.items())
        return name, _Line(text)
    name = _named("ethnicity" if column.seems == "ethnicity" else slug(column.heading), dimensions)
    text = f"  {name}: {{from: {quoted(column.heading)}, dimension: {name}}}"
    return name, _Line(text, _own_dimension(name, column, dimensions))


def _own_dimension(name: str, column: Seen, dimensions: Mapping[str, Dimension]) -> Draft:
    """A dimension whose categories are the file's own labels, in words that say what a person must decide."""
    upper = "ethnicity_2" if column.seems == "ethnicity" and "ethnicity_2" in dimensions else None
    sensitive = column.seems in CHARACTERISTICS and column.seems != "sex"
    said = [
        f"# Drafted from the labels of the column {quoted(column.heading)}. Ids and labels are yours to change.",
        "# A label that means nobody knows, or the person would rather not say, gets `known: false`: such people never join a group.",
    ]
    if upper:
        said += [
            f"# Every group rolls up to one of {upper} ({', '.join(dimensions[upper].ids)}), which KPIs compare.",
            "# The parents below are suggestions and are for you to decide. No label was put into a census group.",
        ]
    said.append(f"title: {SEEMS[column.seems].capitalize() if column.seems in CHARACTERISTICS else _title(column.heading)}")
    if column.seems in CHARACTERISTICS:
        said.append("protected_characteristic: true")
    said += ["sensitive: true"] if sensitive else []
    said += [f"parent_dimension: {upper}"] if upper else []
    said += ["source: Labels of the council's own extract", "categories:"]
    ids = _slugs([label for label in column.labels if not _means_not_known(label)], ("not_recorded",))
    said += [_category(label, id, dimensions.get(upper or "")) for label, id in ids.items()]
    parent = ", parent: not_recorded" if upper else ""
    said.append(f"  - {{id: not_recorded, label: Not recorded{parent}, known: false}}")
    return Draft(f"dimensions/{name}.yaml", "\n".join(said) + "\n")


def _title(heading: str) -> str:
    return quoted(re.sub(r"[_.]+", " ", heading).strip().capitalize())


def _means_not_known(label: str) -> bool:
    return (ANY_DIMENSION, bare(label)) in known_spellings()


def _category(label: str, id: str, upper: Dimension | None) -> str:
    if upper is None:
        return f"  - {{id: {id}, label: {quoted(label)}}}"
    parent = "white" if re.match(r"white\b(?! and\b)", label.casefold()) else "ethnic_minority"
    return f"  - {{id: {id}, label: {quoted(label)}, parent: {parent}}}  # TODO confirm the parent"


def _dataset(inspection: Inspection, lines: Mapping[str, _Line], dataset_id: str, wanted: Mapping[str, Column]) -> str:
    said = [
        f"# Drafted from {' '.join(inspection.path.name.split())} by `equality inspect`.",
        f"# Lines with TODO need a decision; then run `equality check`, and load it: equality ingest {dataset_id}"
        + ("" if inspection.table else " FILE")
        + " --as-at YYYY-MM-DD   (the day that the extract describes)",
        "title: Staff records  # TODO what people call this extract",
        f"grain: {_grain(inspection)}",
    ]
    said += _identity(inspection)
    if inspection.table:
        said.append(f"table: {_table(inspection.table)}")
    if inspection.sheet:
        said += [f"sheet: {quoted(inspection.sheet)}"]
    if inspection.header_row > 1:
        said.append(f"header_row: {inspection.header_row}")
    said += _unit(inspection)
    said += ["", "# The word before the colon is what KPIs call the column; `from` is the heading in the file.", "columns:"]
    said += [line.text for line in lines.values()]
    said += _lacking(wanted, lines, inspection)
    said += _left_out(inspection, lines)
    said += ["", "populations:", "  all_staff: {title: All staff}"]
    if inspection.of("annual_pay") and not inspection.of("hourly_pay"):
        said += ["", "notes:", "  - Pay is a yearly amount and not an hourly rate, so its gaps are not the statutory pay gap."]
    return "\n".join(said) + "\n"


def _table(table: TableBinding) -> str:
    schema = f"schema: {quoted(table.in_schema)}, " if table.in_schema else ""
    return f"{{connection: {table.connection}, {schema}name: {quoted(table.name)}}}"


def _grain(inspection: Inspection) -> str:
    found = inspection.person_id
    if found is not None and found.distinct < found.filled:
        return "post  # TODO a row per post? The identifier repeats. People count once, in the main post"
    return "person"


def _identity(inspection: Inspection) -> list[str]:
    found = inspection.person_id
    if found is None:
        return ["person_id: absent  # every row is a different person; who joined and left cannot be told"]
    said = [f"person_id: {quoted(found.heading)}"]
    if found.distinct < found.filled:
        said.append("main_post: {highest: [hourly_pay]}  # TODO the column that tells the main post, such as hours")
    return said


def _unit(inspection: Inspection) -> list[str]:
    if inspection.unit is None:
        return ["# No column names a unit: everyone belongs to the whole council."]
    others = [column.heading for column in inspection.of("unit") if column is not inspection.unit]
    said = [
        "unit:",
        f"  from: {quoted(inspection.unit.heading)}",
        "  recode: {}  # the file's label: unit id; only where names differ",
    ]
    if others:
        said.append(f"  # These may name units too: {', '.join(others)}. List headings from the top down: from: [Directorate, Service]")
    return said


def _lacking(wanted: Mapping[str, Column], lines: Mapping[str, _Line], inspection: Inspection) -> list[str]:
    """Columns that KPIs may name and this file lacks: everyone is then not recorded there."""
    replaced = {"ethnicity_19", "ethnicity_5"} if {"ethnicity", "ethnicity_19", "ethnicity_5"} & set(lines) else set()
    there = {column.heading.casefold() for column in inspection.columns}
    missing = [(name, c) for name, c in wanted.items() if name not in lines and name not in replaced and c.source.casefold() not in there]
    said = [f"  {name}: {{{_spelled(column)}, required: false}}" for name, column in missing]
    return ["  # Not in this file, kept for the KPIs that name them: everyone is not recorded there.", *said] if said else []


def _spelled(column: Column) -> str:
    """The keys of a column that say what it holds; its recodes belonged to another file."""
    said = [f"from: {quoted(column.source)}"]
    said += [f"type: {column.type}"] if column.type != "category" else []
    for key in ("dimension", "band", "minimum", "maximum"):
        value = getattr(column, key)
        if value is not None:
            said.append(f"{key}: {value:g}" if isinstance(value, float) else f"{key}: {value}")
    return ", ".join(said)


def _left_out(inspection: Inspection, lines: Mapping[str, _Line]) -> list[str]:
    """Columns that no figure needs stay out of the database; each can be switched on."""
    used = {
        column.heading for column in inspection.columns if f"from: {quoted(column.heading)}" in "\n".join(x.text for x in lines.values())
    }
    used |= {c.heading for c in (inspection.person_id, inspection.unit) if c is not None}
    types = {"date": "date", "birth_date": "date", "number": "number", "hours": "number", "yes_no": "boolean"}
    rest = [c for c in inspection.columns if c.heading not in used and c.seems not in ("name", "empty")]
    if not rest:
        return []
    said = ["  # Not loaded, because no KPI needs it. Take the # away to load one."]
    return said + [f"  # {slug(c.heading)}: {{from: {quoted(c.heading)}, type: {types.get(c.seems, 'text')}}}" for c in rest]


def _organisation(column: Seen, council: str) -> str:
    """The council and one unit for each label; names are the labels, so the file needs no recodes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["unit", "name", "parent", "level", "valid_from", "valid_to", "successor"])
    writer.writerow(["council", council or "The council", "", "council", "", "", ""])
    level = _level(column.heading)
    for label, unit in _slugs(sorted(column.labels), ("council",)).items():
        writer.writerow([unit, label, "council", level, "", "", ""])
    return text.getvalue()


def _level(heading: str) -> str:
    found = re.search(r"directorate|department|division|service|section|team|region", heading.casefold())
    return found.group(0) if found else ("department" if "dept" in heading.casefold() or "organi" in heading.casefold() else "directorate")
