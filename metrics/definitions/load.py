"""`load_configuration(folder)`: every definition file, read strictly and checked together; all or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from metrics.definitions.access import Access
from metrics.definitions.answers import unfolded
from metrics.definitions.base import Definition
from metrics.definitions.benchmark import Benchmark
from metrics.definitions.checks import CHECKS
from metrics.definitions.checks import access as access_check
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset, Populations
from metrics.definitions.dimension import Dimension
from metrics.definitions.duty import DutyReturn
from metrics.definitions.fingerprint import fingerprint, kpi_fingerprint
from metrics.definitions.flows import with_movements, worked_out
from metrics.definitions.gpg import GpgComparators, GpgReturn
from metrics.definitions.kpi import Kpi
from metrics.definitions.organisation import Organisation
from metrics.definitions.organisation_csv import read_organisation
from metrics.definitions.parsed import Folder, Parsed
from metrics.definitions.pay_columns import with_pay_columns, with_pay_dimensions
from metrics.definitions.plain_words import in_plain_words
from metrics.definitions.populations import resolved, shared
from metrics.definitions.profile import DisclosureSettings
from metrics.definitions.sc_wres import ScWresReturn
from metrics.definitions.strict_yaml import Reading, read_yaml
from metrics.errors import DefinitionError, Problem

Made = TypeVar("Made", bound=Definition)
FOLDERS: Mapping[Folder, type[Definition]] = {"dimensions": Dimension, "datasets": Dataset, "benchmarks": Benchmark, "kpis": Kpi}
RETURNS: Mapping[str, type[Definition]] = {"gpg": GpgReturn, "sc-wres": ScWresReturn, "duty": DutyReturn}
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KPI_NAME = re.compile(r"([A-Z]{2}[0-9]{2})(-[a-z0-9][a-z0-9-]*)?")


def load_configuration(folder: Path) -> Configuration:
    """Read, check and freeze a council's configuration.

    Raises
    ------
    DefinitionError : with every problem of every file, each with its line; nothing was loaded
    """
    if not folder.is_dir():
        raise DefinitionError(Problem(str(folder), "no such folder"), f"`equality init {folder}` writes a configuration to start from.")
    parsed, problems = parse_folder(folder)
    for check in CHECKS:
        problems += check(parsed)
    if problems or parsed.organisation is None or parsed.disclosure is None:
        raise definition_error(problems, folder)
    return _configuration(folder, parsed, parsed.organisation, parsed.disclosure)


def load_access(folder: Path) -> Access:
    """Who may sign in and what they open: `access.yaml` alone, checked against the organisation and the audiences.

    Raises
    ------
    DefinitionError : there is no such file, or with every problem of it
    """
    shelf = _Shelf(folder)
    access = shelf.single("access", Access)
    parsed = Parsed(
        organisation=shelf.organisation(),
        organisation_where=str(folder / "organisation.csv"),
        dimensions={},
        datasets={},
        kpis={},
        benchmarks={},
        disclosure=shelf.single("disclosure", DisclosureSettings),
        access=access,
        readings=shelf.readings,
        broken=frozenset(shelf.broken),
    )
    problems = [*shelf.problems, *access_check.check(parsed)]
    if problems or access is None:
        raise definition_error(problems, folder)
    return access


def definition_error(problems: Iterable[Problem], folder: Path) -> DefinitionError:
    """All problems in the order of the files, and what to do about them."""
    every = sorted(set(problems), key=lambda p: (p.where, p.line, p.message))
    number = f"{len(every)} problem{'' if len(every) == 1 else 's'}"
    them = "it" if len(every) == 1 else "them"
    return DefinitionError(every, f"{number} in {folder}/; nothing was loaded. Fix {them} and run `equality check`.")


def parse_folder(folder: Path) -> tuple[Parsed, list[Problem]]:
    """Each file on its own: what could be read, and what is wrong with the rest."""
    shelf = _Shelf(folder)
    found = {name: shelf.take(name, model) for name, model in FOLDERS.items()}
    organisation = shelf.organisation()
    disclosure = shelf.single("disclosure", DisclosureSettings)
    access = shelf.single("access", Access) if (folder / "access.yaml").exists() else None
    returns = shelf.only("returns", RETURNS)
    comparators = shelf.only("comparators", {"gender_pay_gap": GpgComparators})
    declared = shelf.single("populations", Populations) if (folder / "populations.yaml").exists() else None
    extracts = with_pay_columns(unfolded(_only(found["datasets"], Dataset)))
    dimensions = with_pay_dimensions(with_movements(_only(found["dimensions"], Dimension), extracts), extracts)
    everyone = resolved(declared.populations, dimensions) if declared else {}
    datasets = worked_out({id: shared(made, everyone, dimensions) for id, made in extracts.items()})
    parsed = Parsed(
        organisation=organisation,
        organisation_where=str(folder / "organisation.csv"),
        dimensions=dimensions,
        datasets=datasets,
        kpis=_only(found["kpis"], Kpi),
        benchmarks=_only(found["benchmarks"], Benchmark),
        disclosure=disclosure,
        access=access,
        readings=shelf.readings,
        broken=frozenset(shelf.broken),
        gpg_return=_one(returns, GpgReturn),
        gpg_comparators=_one(comparators, GpgComparators),
        sc_wres=_one(returns, ScWresReturn),
        duty=_one(returns, DutyReturn),
        populations=everyone,
    )
    return parsed, shelf.problems


def _one(found: Iterable[Definition], kind: type[Made]) -> Made | None:
    return next((made for made in found if isinstance(made, kind)), None)


def _only(found: Mapping[str, Definition], kind: type[Made]) -> dict[str, Made]:
    return {id: made for id, made in found.items() if isinstance(made, kind)}


@dataclass
class _Shelf:
    """Collects files and problems while a folder is read."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    readings: dict[tuple[str, str], Reading] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)

    def take(self, name: str, model: type[Definition]) -> dict[str, Definition]:
        """Every definition of one folder by id."""
        found: dict[str, Definition] = {}
        for path in self._files(name):
            id = self._id(name, path)
            if id is None:
                continue
            made = self._make(name, id, path, model)
            if made is not None:
                found[id] = made
        return found

    def single(self, name: str, model: type[Made]) -> Made | None:
        path = self.folder / f"{name}.yaml"
        if not path.is_file():
            self.problems.append(Problem(str(path), "no such file; `equality init` writes one to start from"))
            return None
        made = self._make("", name, path, model)
        return made if isinstance(made, model) else None

    def only(self, name: str, models: Mapping[str, type[Definition]]) -> list[Definition]:
        """Those of the definitions that a folder may hold that are there and right."""
        found = []
        for path in self._files(name):
            if path.stem in models:
                found.append(self._make(name, path.stem, path, models[path.stem]))
            else:
                known = ", ".join(f"{id}.yaml" for id in models)
                self.problems.append(Problem(str(path), f"nothing reads this file; {name}/ holds {known}"))
        return [made for made in found if made is not None]

    def organisation(self) -> Organisation | None:
        path = self.folder / "organisation.csv"
        if not path.is_file():
            self.problems.append(Problem(str(path), "no such file; `equality init` writes one to start from"))
            return None
        organisation, _, problems = read_organisation(path, str(path))
        self.problems += problems
        return organisation

    def _files(self, name: str) -> list[Path]:
        top = self.folder / name
        if not top.is_dir():
            return []
        visible = sorted(p for p in top.iterdir() if not p.name.startswith("."))
        for path in visible:
            if path.is_dir():
                self.problems.append(
                    Problem(str(path), f"folders inside {name}/ are not read; move its files up, or out of the configuration")
                )
            elif re.search(r"\.(yml|yaml\.txt|YAML|YML|json)$", path.name):
                self.problems.append(Problem(str(path), "this file would not be read; rename it so that it ends in .yaml"))
        return [p for p in visible if p.suffix == ".yaml" and p.is_file()]

    def _id(self, name: str, path: Path) -> str | None:
        """The file name's id; None after noting why it has none."""
        if name != "kpis":
            if _ID.fullmatch(path.stem):
                return path.stem
            message = "the file name is the id: small letters, digits and _, starting with a letter, then .yaml"
        else:
            match = _KPI_NAME.fullmatch(path.stem)
            if match is None:
                message = (
                    "a KPI's file name starts with its id: two capital letters and two digits, such as WR01-minority-ethnic-share.yaml"
                )
            elif ("kpis", match[1]) in self.readings:
                other = Path(self.readings["kpis", match[1]].where).name
                message = f"KPI {match[1]} is already defined in {other}; every KPI has an id of its own"
            else:
                return match[1]
        self.problems.append(Problem(str(path), message))
        return None

    def _make(self, folder: str, id: str, path: Path, model: type[Definition]) -> Definition | None:
        reading = read_yaml(path, str(path))
        self.readings[(folder, id)] = reading
        self.problems += reading.problems
        made = self._validate(id, reading, model) if reading.usable else None
        if made is None or reading.problems:
            self.broken.add((folder, id))
            return None
        return made

    def _validate(self, id: str, reading: Reading, model: type[Definition]) -> Definition | None:
        if not isinstance(reading.data, dict):
            self.problems.append(Problem(reading.where, "a definition is keys with values, one a line, such as `title: Sex`", 1))
            return None
        data = with_defaults(reading.data, id, model)
        try:
            made = model.model_validate(data)
        except ValidationError as error:
            self.problems += in_plain_words(error, model, reading)
            return None
        if "id" in model.model_fields and "id" in reading.data:
            self.problems.append(reading.problem(("id",), "the file name is the id; delete this line"))
            return None
        return made


def with_defaults(data: Mapping[str, Any], id: str, model: type[Definition]) -> dict[str, Any]:
    """The id from the file name; a category column holds the dimension of its own name unless it says otherwise."""
    filled = dict(data)
    if "id" in model.model_fields:
        filled["id"] = id
    if model is Dataset and isinstance(filled.get("columns"), Mapping):
        filled["columns"] = {name: _with_dimension(name, column) for name, column in filled["columns"].items()}
    return filled


def _with_dimension(name: str, column: Any) -> Any:
    if isinstance(column, Mapping) and column.get("type", "category") == "category" and column.get("dimension") is None:
        return {**column, "dimension": name}
    return column


def _configuration(folder: Path, parsed: Parsed, organisation: Organisation, disclosure: DisclosureSettings) -> Configuration:
    loaded = Configuration(
        folder=folder,
        organisation=organisation,
        dimensions=parsed.dimensions,
        datasets=parsed.datasets,
        kpis=parsed.kpis,
        benchmarks=parsed.benchmarks,
        disclosure=disclosure,
        access=parsed.access,
        gpg_return=parsed.gpg_return,
        gpg_comparators=parsed.gpg_comparators or GpgComparators(),
        sc_wres=parsed.sc_wres,
        duty=parsed.duty,
        fingerprint="",
        kpi_fingerprints={},
    )
    return Configuration(
        **{**loaded.__dict__, "fingerprint": fingerprint(loaded), "kpi_fingerprints": {k: kpi_fingerprint(loaded, k) for k in loaded.kpis}}
    )


def locate(configuration: Configuration, folder: Folder, id: str) -> Reading:
    """The file of a definition that was loaded, read again for its lines: checks at the edge use it to say where."""
    for path in sorted((configuration.folder / folder).glob(f"{id}*.yaml")):
        if path.stem == id or path.stem.startswith(f"{id}-"):
            return read_yaml(path, str(path))
    return Reading(str(configuration.folder / folder / f"{id}.yaml"), None, {})
