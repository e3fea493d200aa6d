"""What the City of Houston's labels mean, written out a second time beside the configuration that the tests hold it against."""

from __future__ import annotations

from datetime import date

DAY = date(2016, 6, 30)
RACE = {
    "Black or African American": "black",
    "White": "white",
    "Hispanic/Latino": "hispanic",
    "Asian/Pacific Islander": "asian",
    "American Indian or Alaskan Native": "american_indian",
    "Others": "other",
}
