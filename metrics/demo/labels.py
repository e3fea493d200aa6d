"""The words that the demo council's own systems write: two generations of labels, as councils have them."""

from __future__ import annotations

ETHNICITY_OLD = {
    "bangladeshi": "Asian/Asian British - Bangladeshi",
    "chinese": "Asian/Asian British - Chinese",
    "indian": "Asian/Asian British - Indian",
    "pakistani": "Asian/Asian British - Pakistani",
    "other_asian": "Asian/Asian British - Other",
    "african": "Black/Black British - African",
    "caribbean": "Black/Black British - Caribbean",
    "other_black": "Black/Black British - Other",
    "white_and_asian": "Mixed - White and Asian",
    "white_and_black_african": "Mixed - White and Black African",
    "white_and_black_caribbean": "Mixed - White and Black Caribbean",
    "other_mixed": "Mixed - Other",
    "arab": "Other - Arab",
    "other_ethnic_group": "Other Ethnic Group",
    "white_british": "White - British",
    "irish": "White - Irish",
    "gypsy_or_irish_traveller": "White - Gypsy or Irish Traveller",
    "roma": "White - Roma",
    "other_white": "White - Other",
}
ETHNICITY_NEW = {
    "bangladeshi": "Asian or Asian British: Bangladeshi",
    "chinese": "Asian or Asian British: Chinese",
    "indian": "Asian or Asian British: Indian",
    "pakistani": "Asian or Asian British: Pakistani",
    "other_asian": "Any other Asian background",
    "african": "Black, Black British, Caribbean or African: African",
    "caribbean": "Black, Black British, Caribbean or African: Caribbean",
    "other_black": "Any other Black, Black British, or Caribbean background",
    "white_and_asian": "White and Asian",
    "white_and_black_african": "White and Black African",
    "white_and_black_caribbean": "White and Black Caribbean",
    "other_mixed": "Any other Mixed or multiple ethnic background",
    "arab": "Arab",
    "other_ethnic_group": "Any other ethnic group",
    "white_british": "English, Welsh, Scottish, Northern Irish or British",
    "irish": "Irish",
    "gypsy_or_irish_traveller": "Gypsy or Irish Traveller",
    "roma": "Roma",
    "other_white": "Any other White background",
}
FAITH = {
    "christian": "Christian (all denominations)",
    "muslim": "Muslim",
    "sikh": "Sikh",
    "hindu": "Hindu",
    "buddhist": "Buddhist",
    "jewish": "Jewish",
    "other_religion": "Other religion",
    "no_religion": "No religion",
}
ORIENTATION = {
    "straight": "Heterosexual / Straight",
    "gay_or_lesbian": "Gay or Lesbian",
    "bisexual": "Bisexual",
    "other_orientation": "Other",
}
IDENTITY = {"same": "Same as sex registered at birth", "different": "Different from sex registered at birth"}
DISABILITY_OLD = ("N", "Y")
DISABILITY_NEW = ("No - not disabled", "Yes - disabled")
SEX_OLD = ("M", "F")
SEX_NEW = ("Male", "Female")
GRADES = ("GR1", "GR2", "GR3", "GR4", "GR5", "GR6", "GR7", "GR8", "JNC Chief Officer")
OTHERS = {"agency": "Agency", "seconded_in": "Secondment In", "school": "School Based"}
"""People outside the council's own establishment, by kind."""
CASUAL = ("Casual/Relief", "Bank", "Zero Hours")
PREFERS_NOT = "Prefer not to say"
BLANKS_OLD = ("", "Not known", "")
BLANKS_NEW = ("", "Not recorded", "")
"""What stands where nobody has asked or answered; the row decides which."""
