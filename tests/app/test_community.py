"""The community page: subjects in order, one lead each, wards by name beside those of their kind, and no more charts than are bearable."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from pages.shared import city
from tests.app.conftest import words_of
from tests.app.test_pages import opened
from tests.support.reports import some_contents


@pytest.fixture
def page(app):
    return opened(app, "community")


def test_it_opens_with_the_first_measure_about_the_city(page):
    assert re.search(r"<h1[^>]*>People get on well together: \d\d\.\d%", words_of(page))


def test_subjects_stand_in_the_order_of_the_catalogue_and_staff_measures_nowhere(page):
    words = words_of(page)
    heads = re.findall(r"<h2[^>]*>([^<]+)", words)
    expected = ["Living together", "Hate crime and safety", "Who is heard", "Ward by ward", "Who answers for what"]
    assert [h for h in heads if h in expected] == expected
    assert "Ethnic minorities in the workforce" not in re.sub(r"(?s)<h3[^>]*>How we know.*", "", words)


def test_ordered_characteristics_stand_apart_from_those_without_an_order(page):
    charts = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    names = [" ".join(chart["layout"]["yaxis"].get("ticktext", [])).replace("<br>", " ") for chart in charts]
    assert names[0] == "<b>Deprivation of the ward</b> Most deprived fifth Middle fifth Least deprived fifth"
    assert names[1].startswith("<b>Ethnic group</b> Asian Black")
    assert names[1].endswith("<b>Disability</b> Disabled Not disabled")
    assert len(charts) <= city.MOST_CHARTS


def test_a_chosen_ward_stands_first_and_only_beside_those_of_its_kind(page):
    page.selectbox(key="ward").set_value("ward_04").run()
    table = next(t for t in re.findall(r"(?s)<table.*?</table>", words_of(page)) if "by name" in t)
    assert re.findall(r"Alder|Birch|Cedar|Elm|Hazel|Oak", table) == ["Elm", "Cedar"]
    assert "Elm and the other wards of the same kind: middle fifth." in words_of(page)


def test_without_a_choice_all_wards_stand_in_the_order_of_their_names(page):
    table = next(t for t in re.findall(r"(?s)<table.*?</table>", words_of(page)) if "by name" in t)
    names = re.findall(r"Alder|Birch|Cedar|Elm|Hazel|Oak", table)
    assert names == sorted(names)
    assert len(names) == 6


def test_the_lead_of_a_subject_is_a_headline_or_an_essential_measure():
    contents = some_contents()
    first = contents.kpis["CO01"]
    essential = replace(first, id="CO02", framework=({"theme": "UWC.4", "essential": True},))
    headline = replace(first, id="CO03", headline=True)
    days = {**contents.periods, "CO02": contents.periods["CO01"], "CO03": contents.periods["CO01"]}
    kpis = {**contents.kpis, "CO02": essential, "CO03": headline}
    found = city.subjects(replace(contents, kpis=kpis, periods=days))
    assert [[k.id for k in mine] for mine in found.values()] == [["CO03", "CO02", "CO01"], ["HC21"], ["EN02"]]
    assert city.subjects(replace(contents, periods={**days, "HC21": (), "EN02": ()}, kpis=kpis)).keys() == {next(iter(found))}
