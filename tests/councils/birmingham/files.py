"""Where the published tables of the trial stand, and which day each is of where it does not say so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.councils.published import Files


def files(data: Path) -> Files:
    shared = data / "birmingham_ethnic_inequality"
    homeless = shared / "birmingham_stat_homeless_2020_2021_v2.csv", date(2021, 3, 31)
    hate = data / "hate_crime_police_force" / "Hate crime.csv", None
    (pay,) = (data / "ashe_gender_pay_gap_2025").glob("*.xlsx")
    return {
        "gcse": (shared / "birmingham_4_plus_gcse_2019_2020_v2.csv", date(2020, 7, 31)),
        "early_years": (shared / "birmingham_good_development_2018_2019_v2.csv", date(2019, 7, 31)),
        "care": (shared / "birmingham_cla_2018_2019_v2.csv", date(2019, 3, 31)),
        "employment": (shared / "birmingham_employment_rate_2020_2021_v2.csv", date(2021, 3, 31)),
        "homelessness": homeless,
        "homelessness_detailed": homeless,
        "searches": (shared / "birmingham_stop_search_2020_09_2021_08.csv.gz", date(2021, 8, 31)),
        "census_2021": (data / "census2021_ethnicity_ltla" / "ethnicity21_ltla21.csv", date(2021, 3, 21)),
        "census_2011": (data / "census2011_ethnicity_la" / "la-ethnic-groups.csv", date(2011, 3, 27)),
        "life_stages": (data / "census2021_ethnicity_ltla" / "age_gender21_ltla21_ew.csv", date(2021, 3, 21)),
        "hate_crime": hate,
        "hate_crime_strands": hate,
        "deprivation": (data / "deprivation_lad" / "IoD2019.csv", None),
        "adult_care": (data / "council_indicators_adult_social_care" / "ASC_data.csv", None),
        "pay_gap_of_residents": (pay, date(2025, 4, 30)),
    }
