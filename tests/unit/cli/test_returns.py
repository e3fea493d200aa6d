"""`equality return duty` and `equality return sc-wres` on a council that went the whole road: held against its release."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from metrics.access.viewer import Viewer
from metrics.cli.main import main
from metrics.errors import NotCertified
from metrics.exports.return_book import HEAD_ROW
from metrics.releases.second_groups import second_groups
from metrics.report import Request, issued
from metrics.wording.values import format_number
from tests.support.tiny_council import TinyCouncil

MARCH, BEFORE = date(2026, 3, 31), date(2025, 3, 31)
ABOUT = """\
title: {title}
why_it_matters: It is what the council is for.
owner: hr
review: {{last: 2026-04-01, next: 2099-04-01}}
dataset: hr
population: everyone
measure: {measure}
period: {{grain: year}}
breakdowns: {breakdowns}
polarity: contextual
"""
COUNT = "{type: count, unit: people, numerator: {}}"
KNOWN = "{type: proportion, unit: percent, numerator: {disability: known}}"
LIKELY = (
    "{type: relative_likelihood, unit: ratio, numerator: {disability: [disabled]}, denominator: {sex: [male], disability: known}, "
    "reference_group: {sex: [female], disability: known}, "
    "order: {first: men, second: women, to: be disabled, above_one_is_worse_for: second}}"
)
DUTY = """\
employees: WF01
declaration_rates: [DR02]
characteristics: {sex: [sex], disability: [disability], age: []}
sections:
  - {title: Representation, kpis: [WR03, RL01], about: Who works here.}
years: 2
"""
WRES = """\
units: [housing]
groups: {dimension: sex, minority: female, white: male}
appointed: {likelihood: RL01}
"""


def run(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, words)])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    found = TinyCouncil.found(tmp_path_factory.mktemp("returns") / "council")
    made = {
        "WF01-people": ("=Staff", COUNT, "[[sex], [disability]]"),
        "DR02-known": ("Disability known", KNOWN, "[]"),
        "RL01-likely": ("Men over women", LIKELY, "[[directorate]]"),
    }
    for name, (title, measure, breakdowns) in made.items():
        text = ABOUT.format(title=f'"{title}"', measure=measure, breakdowns=breakdowns)
        (found.config / f"kpis/{name}.yaml").write_text(text.replace("contextual", "higher") if name.startswith("DR") else text)
    (found.config / "returns").mkdir()
    (found.config / "returns" / "duty.yaml").write_text(DUTY)
    (found.config / "returns" / "sc-wres.yaml").write_text(WRES)
    for day in (BEFORE, MARCH):
        found.load(day, people=900)
    found.refresh()
    return found


@pytest.fixture(scope="module")
def book(council, tmp_path_factory):
    path = tmp_path_factory.mktemp("books") / "duty.xlsx"
    with pytest.raises(SystemExit) as ended:
        main(["return", "duty", "--config", str(council.config), "--output", str(path)])
    assert ended.value.code in (0, None)
    return path


def table_of(path, words):
    """Headings and rows of the one table whose title holds these words, as a reader of files sees them."""
    (sheet,) = [s for s in openpyxl.load_workbook(path) if words in str(s["A1"].value) and s.title.startswith("Table")]
    rows = list(sheet.iter_rows(min_row=HEAD_ROW + 1, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def public(council, kpi, group="", day=MARCH):
    report = council.store.read(Request(kpis=(kpi,)), Viewer("public", "command_line"))
    rows = report.series(kpi, "littlewick", group)
    return rows[rows["period_end"] == str(day)].iloc[0]


def test_the_workbook_says_what_it_is_to_programs_that_read_aloud(book, council):
    opened = openpyxl.load_workbook(book)
    assert opened.properties.title == "Equality information about our workforce, 31 March 2026"
    assert opened.properties.language == "en-GB"
    assert opened.properties.creator == "Littlewick Town Council"
    assert opened.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    contents = list(opened["Contents"].iter_rows(min_row=4, values_only=True))
    assert [name for name, _ in contents] == opened.sheetnames[3:]
    assert [f"{name}. {title}" for name, title in contents] == [opened[name]["A1"].value for name in opened.sheetnames[3:]]
    targets = [cell.hyperlink.location for (cell,) in opened["Contents"].iter_rows(min_row=4, max_col=1)]
    assert targets == [f"'{name}'!A1" for name in opened.sheetnames[3:]]
    assert contents[0][1].startswith("Declaration rates")


def test_every_table_is_alone_framed_whole_and_has_no_empty_or_merged_cell(book):
    opened = openpyxl.load_workbook(book)
    for sheet in opened:
        assert not sheet.merged_cells.ranges
        assert len(sheet.tables) <= 1
    for sheet in (opened[name] for name in opened.sheetnames[3:]):
        (table,) = sheet.tables.values()
        head = HEAD_ROW + 1
        assert table.ref == f"A{head}:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
        assert sheet.freeze_panes == f"B{head + 1}"
        assert all(cell is not None and cell != "" for row in sheet[table.ref] for cell in (c.value for c in row))


def test_no_text_is_a_formula(book):
    with zipfile.ZipFile(book) as packed:
        assert not [name for name in packed.namelist() if name.startswith("xl/worksheets/sheet") and b"<f>" in packed.read(name)]


def test_the_workforce_is_that_of_the_public_release_cell_by_cell(book, council):
    for dimension, title in (("sex", "Sex"), ("disability", "Disability")):
        rows = table_of(book, f"Workforce by {title.lower()}")
        labels = {"Women": "female", "Men": "male", "Disabled": "disabled", "Not disabled": "not_disabled", "Not known": "not_known"}
        assert [row[title] for row in rows][-1] == "Everyone"
        for row in rows:
            category = labels.get(row[title])
            for day in (BEFORE, MARCH):
                wanted = public(council, "WF01", f"{dimension}={category}" if category else "", day)["numerator"]
                told = row[f"People, {'31 March 2025' if day == BEFORE else '31 March 2026'}"]
                assert told == ("[c] Hidden to protect people" if wanted != wanted else wanted)
            share = row["Share of those whose answer is known, 31 March 2026"]
            last = public(council, "WF01", f"{dimension}={category}" if category else "")
            if category in {None, "not_known"}:
                assert share == "[z] Not applicable"
            elif last["numerator"] == last["numerator"]:
                assert share == round(last["numerator"] / last["denominator"], 2)


def test_figures_stand_as_they_are_published_with_their_digits_and_hidden_ones_in_words(book, council):
    rows = table_of(book, "Representation: the whole council")
    assert [(row["Measure"], row["Period"]) for row in rows] == [
        ("Disabled staff", "31 March 2025"), ("Disabled staff", "31 March 2026"), ("Men over women", "31 March 2025"),
        ("Men over women", "31 March 2026"),
    ]  # fmt: skip
    for row, kpi, day in zip(rows, ("WR03", "WR03", "RL01", "RL01"), (BEFORE, MARCH) * 2, strict=True):
        wanted = public(council, kpi, day=day)
        for head, column in (("Figure", "value"), ("Likely range from", "lower"), ("Likely range to", "upper")):
            if wanted[column] != wanted[column]:
                assert row[head].startswith(wanted["marker"])
            elif kpi == "RL01":
                assert f"{row[head]:.2f}" == format_number(wanted[column], 2)
            else:
                assert f"{row[head]:.0%}" == f"{format_number(wanted[column] * 100)}%"
        assert row["Unit"] == {"WR03": "per cent", "RL01": "times"}[kpi]
    declared = table_of(book, "Declaration rates")
    assert declared[-1]["People whose answer is known"] == public(council, "DR02")["numerator"]
    by = table_of(book, "Representation: by characteristic")
    split = {row["Group"]: row for row in by if row["Measure"] == "Disabled staff"}
    assert set(split) == {"Women", "Men"}
    for group, category in (("Women", "female"), ("Men", "male")):
        wanted = public(council, "WR03", f"sex={category}")
        for head, column in (("Counted", "numerator"), ("Out of, or compared with", "denominator")):
            assert split[group][head] == ("[c] Hidden to protect people" if wanted[column] != wanted[column] else wanted[column])


def test_another_reader_of_files_reads_the_same_numbers(book):
    opened = openpyxl.load_workbook(book)
    other = CalamineWorkbook.from_path(str(book))
    assert other.sheet_names == opened.sheetnames
    for name in opened.sheetnames[3:]:
        theirs = other.get_sheet_by_name(name).to_python()[HEAD_ROW:]
        ours = [[cell.value for cell in row] for row in opened[name].iter_rows(min_row=HEAD_ROW + 1)]
        assert theirs == ours


def test_what_is_not_in_it_is_said_to_readers_and_the_cure_to_the_analyst(council, tmp_path, capsys):
    code, out, error = run(capsys, "return", "duty", "--config", council.config, "--output", tmp_path / "duty.xlsx")
    assert code == 0
    assert "duty.xlsx, 6 tables" in out
    assert "audience public. Synthetic figures: not to be published as the council's." in error
    assert "  Age: the council publishes no figures of it. Name its dimension under `characteristics: age`" in error
    gone = table_of(tmp_path / "duty.xlsx", "What is not in this workbook")
    assert {row["What"] for row in gone} >= {"Age", "Race", "Pregnancy and maternity"}
    assert not any("config/" in row["Why"] for row in gone)


def women_in_housing(council):
    """Disabled women there, and all whose disability is known, to the nearest 5: counted in the file that was loaded."""
    with (council.folder / f"staff-{MARCH}-0.csv").open(newline="") as file:
        women = [row for row in csv.DictReader(file) if (row["Directorate"], row["Sex"]) == ("Housing", "female")]
    known = [row for row in women if row["Disability"] != "not_known"]
    return tuple(5 * round(len(rows) / 5) for rows in ([row for row in known if row["Disability"] == "disabled"], known))


def test_counts_of_the_second_group_must_make_the_share_that_is_printed(council):
    viewer = Viewer("leadership", "command_line")
    report = council.store.read(Request(kpis=("RL01",)), viewer)
    found = second_groups(council.store, report)
    rows = report.cells[report.cells["value"].notna()]
    assert {(unit, day) for _, unit, _, day in found} == {(row["unit"], row["period_end"].date()) for _, row in rows.iterrows()}
    for _, row in rows.iterrows():
        counted, of = found["RL01", row["unit"], row["group"], row["period_end"].date()]
        assert counted / of == pytest.approx(row["reference_value"])
    forged = replace(report, cells=issued(report.cells.assign(reference_value=report.cells["reference_value"] * 1.01), report.provenance))
    with pytest.raises(NotCertified, match="not those that its share is made of"):
        second_groups(council.store, forged)


def test_sc_wres_gives_the_figure_of_the_release_turned_round_and_says_what_it_lacks(council, capsys):
    code, out, error = run(capsys, "return", "sc-wres", "--config", council.config)
    assert code == 1
    (row,) = csv.DictReader(io.StringIO(out))
    report = council.store.read(Request(kpis=("RL01",)), Viewer("leadership", "command_line"))
    rows = report.series("RL01", "housing")
    released = rows[rows["period_end"] == str(MARCH)].iloc[0]
    assert float(row["value"]) == pytest.approx(1 / released["value"])
    assert float(row["lower"]) == pytest.approx(1 / released["upper"])
    assert (float(row["white_counted"]), float(row["white_of"])) == (released["numerator"], released["denominator"])
    assert float(row["minority_ethnic_share"]) == pytest.approx(released["reference_value"])
    assert (float(row["minority_ethnic_counted"]), float(row["minority_ethnic_of"])) == women_in_housing(council)
    assert (row["unit_name"], row["rounded"], row["period_end"]) == ("Housing", "yes", "2026-03-31")
    assert "It is not complete, for 9 reasons:" in error
    assert "Metric 8, left: no KPI gives it." in error
    found = json.loads(run(capsys, "return", "sc-wres", "--config", council.config, "--json")[1])
    assert (found["complete"], found["audience"], len(found["missing"])) == (False, "leadership", 9)


def test_sc_wres_as_a_workbook(council, tmp_path, capsys):
    path = tmp_path / "wres.xlsx"
    assert run(capsys, "return", "sc-wres", "--config", council.config, "--output", path)[0] == 1
    (row,) = table_of(path, "Metrics 2 to 9")
    assert (row["Metric"], row["Worse for minority ethnic staff"]) == ("2", "below 1")
    assert (row["Minority ethnic: counted"], row["Minority ethnic: out of"]) == women_in_housing(council)
    assert len(table_of(path, "What there is no figure of")) == 9


def test_sc_wres_as_csv_in_a_file_is_what_is_printed(council, tmp_path, capsys):
    printed = run(capsys, "return", "sc-wres", "--config", council.config)[1]
    assert run(capsys, "return", "sc-wres", "--config", council.config, "--output", tmp_path / "wres.csv")[:2] == (1, "")
    assert (tmp_path / "wres.csv").read_text(encoding="utf-8-sig") == printed


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("duty", "--period", "2026-06-30"), 2, "found 2026-06-30; the return is of a financial year: write its last day, 2027-03-31"),
        (("duty", "--output", "duty.csv"), 2, "found 'duty.csv'; its name must end in .xlsx"),
        (("sc-wres", "--output", "wres.txt"), 2, "found 'wres.txt'; its name must end in .csv or .xlsx"),
        (("gpg", "--output", "row.xlsx"), 2, "found 'row.xlsx'; its name must end in .csv"),
        (("sc-wres", "--audience", "nobody"), 1, "nobody"),
        (("sc-wres", "--release", "1999-01-01"), 1, "1999-01-01"),
    ],
)
def test_what_cannot_be_made_is_told(council, capsys, tmp_path, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    ended, out, error = run(capsys, "return", *words, "--config", council.config)
    assert (ended, out) == (code, "")
    assert said in error
    assert list(tmp_path.iterdir()) == []


def test_a_withdrawn_release_makes_no_return(council, tmp_path, capsys):
    copy = council.copy(tmp_path / "copy")
    release = copy.store.contents(None, Viewer("public", "command_line")).provenance.release
    assert run(capsys, "releases", "withdraw", release, "--reason", "A wrong file", "--yes", "--config", copy.config)[0] == 0
    for kind in ("duty", "sc-wres"):
        code, out, error = run(capsys, "return", kind, "--config", copy.config, "--release", release)
        assert (code, out) == (1, "")
        assert "was withdrawn: A wrong file" in error


@pytest.mark.parametrize(("kind", "file"), [("duty", "duty.yaml"), ("sc-wres", "sc-wres.yaml")])
def test_a_council_that_has_not_declared_a_return_is_told_where(council, tmp_path, capsys, kind, file):
    copy = council.copy(tmp_path / "copy")
    (copy.config / "returns" / file).unlink()
    code, _, error = run(capsys, "return", kind, "--config", copy.config)
    assert code == 2
    assert f"{file}: no such file" in error
