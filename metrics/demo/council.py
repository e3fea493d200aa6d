"""The demo council's plan: its services, how large and how mixed they are, and how that changes. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.periods import end_of_month

FIRST_DAY = date(2022, 3, 31)
LAST_DAY = date(2026, 3, 31)
RESTRUCTURE = date(2023, 10, 1)
"""First day of today's structure."""


def quarter_ends() -> tuple[date, ...]:
    """31 March 2022 to 31 March 2026: the opening position and sixteen quarters."""
    months = [(FIRST_DAY.year + (FIRST_DAY.month - 1 + 3 * i) // 12, (FIRST_DAY.month - 1 + 3 * i) % 12 + 1) for i in range(17)]
    return tuple(end_of_month(year, month) for year, month in months)


STAFF_DAYS = quarter_ends()[1:]
PAY_DAYS = quarter_ends()[::4]

GRADES = (*(f"grade_{i}" for i in range(1, 9)), "chief_officer")
SENIOR_FROM = 6
"""Index of the lowest senior grade in `GRADES`."""

GRADE_MIX: dict[str, tuple[float, ...]] = {
    "manual": (18, 30, 28, 14, 6.5, 2.6, 0.7, 0.2, 0),
    "care": (22, 31, 25, 11, 6, 3.2, 1.2, 0.5, 0.1),
    "office": (12, 25, 28, 17, 10, 5, 2, 0.8, 0.2),
    "professional": (3, 9, 18, 24, 23, 14, 6, 2.4, 0.6),
    "directors": (0, 0, 6, 12, 18, 20, 20, 12, 12),
}
"""How many in a hundred stand in each grade, by kind of work."""


@dataclass(frozen=True)
class Service:
    """One service as it is today. `women` and `minority` are shares of its people in 2026, `growth` its change in size since 2022."""

    id: str
    directorate: str
    people: int
    women: float
    minority: float
    work: str
    growth: float = 0.0
    teams: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    """Unit, or units, where its people were until the restructure."""


def _services(directorate: str, *rows: tuple[object, ...]) -> list[Service]:
    return [Service(str(row[0]), directorate, *row[1:]) for row in rows]  # type: ignore[arg-type]


SERVICES: tuple[Service, ...] = (
    *_services(
        "adult_social_care",
        ("adult_social_care", 30, 0.70, 0.25, "directors"),
        (
            "home_care_and_reablement",
            620,
            0.84,
            0.50,
            "care",
            -0.06,
            ("home_care_east", "home_care_north", "home_care_south", "reablement"),
        ),
        ("assessment_and_support", 480, 0.79, 0.38, "professional", 0.04, ("hospital_discharge", "community_north", "community_south")),
        ("learning_disability_services", 310, 0.74, 0.42, "care", 0.00),
        ("day_opportunities", 240, 0.75, 0.40, "care", -0.18),
        ("mental_health_social_work", 190, 0.68, 0.40, "professional", 0.08),
        ("adult_commissioning", 120, 0.69, 0.32, "professional", 0.02),
        ("occupational_therapy", 85, 0.86, 0.28, "professional", 0.05),
        ("safeguarding_adults", 75, 0.77, 0.35, "professional", 0.12),
    ),
    *_services(
        "children_and_families",
        ("children_and_families", 15, 0.70, 0.22, "directors"),
        ("children_in_need", 520, 0.80, 0.43, "professional", 0.08, ("children_east", "children_north", "children_south")),
        ("home_to_school_transport", 340, 0.58, 0.52, "manual", 0.14),
        ("childrens_homes", 300, 0.74, 0.41, "care", 0.03),
        ("early_help", 260, 0.86, 0.40, "care", -0.10),
        ("special_educational_needs", 230, 0.85, 0.33, "professional", 0.16),
        ("fostering_and_adoption", 160, 0.86, 0.36, "professional", 0.02),
        ("youth_service", 140, 0.57, 0.47, "office", -0.12),
        ("education_improvement", 95, 0.80, 0.26, "professional", -0.08),
        ("early_years", 60, 0.93, 0.37, "office", 0.00),
    ),
    *_services(
        "city_operations",
        ("city_operations", 30, 0.45, 0.14, "directors"),
        ("waste_collection", 900, 0.13, 0.29, "manual", -0.05, ("depot_north", "depot_south", "depot_west", "recycling_centres")),
        ("street_cleansing", 420, 0.22, 0.30, "manual", -0.08),
        ("parks_and_green_spaces", 330, 0.27, 0.15, "manual", -0.06, (), ("parks", "grounds_maintenance")),
        ("highways", 260, 0.22, 0.19, "office", -0.02),
        ("sport_and_leisure", 190, 0.52, 0.30, "manual", -0.14, (), ("leisure_centres",)),
        ("parking_and_traffic", 150, 0.34, 0.44, "manual", 0.05),
        ("environmental_health", 120, 0.58, 0.24, "professional", 0.03),
        ("fleet_services", 85, 0.14, 0.21, "manual", 0.00),
        ("bereavement_services", 60, 0.45, 0.17, "manual", 0.00, (), ("cemeteries_and_crematoria",)),
        ("trading_standards", 45, 0.55, 0.22, "professional", -0.06),
        ("markets", 32, 0.36, 0.38, "manual", 0.00),
        ("licensing", 28, 0.63, 0.31, "office", 0.00),
    ),
    *_services(
        "city_housing",
        ("city_housing", 12, 0.55, 0.20, "directors"),
        ("repairs_and_maintenance", 560, 0.16, 0.28, "manual", 0.02, ("repairs_north", "repairs_south")),
        ("tenancy_management", 340, 0.70, 0.43, "office", 0.00),
        ("homelessness_prevention", 210, 0.72, 0.46, "office", 0.10, (), ("housing_options",)),
        ("neighbourhood_caretaking", 140, 0.40, 0.40, "manual", -0.08),
        ("temporary_accommodation", 130, 0.68, 0.49, "office", 0.20),
        ("housing_allocations", 95, 0.75, 0.44, "office", 0.00, (), ("housing_options",)),
        ("housing_capital_programmes", 68, 0.36, 0.26, "professional", 0.00),
        ("housing_development", 42, 0.46, 0.24, "professional", 0.10),
        ("leasehold_services", 26, 0.66, 0.36, "office", 0.00),
    ),
    *_services(
        "growth_and_place",
        ("growth_and_place", 9, 0.44, 0.20, "directors"),
        ("property_services", 160, 0.42, 0.27, "professional", -0.10),
        ("planning", 130, 0.52, 0.22, "professional", 0.00),
        ("facilities_management", 110, 0.56, 0.46, "manual", -0.10),
        ("economic_development", 75, 0.55, 0.30, "professional", -0.06),
        ("employment_and_skills", 62, 0.66, 0.42, "office", 0.06),
        ("transport_planning", 55, 0.38, 0.28, "professional", 0.08),
        ("building_control", 42, 0.24, 0.18, "professional", -0.06),
        ("heritage_and_design", 8, 0.62, 0.12, "professional", 0.00),
    ),
    *_services(
        "corporate_resources",
        ("corporate_resources", 12, 0.50, 0.17, "directors"),
        ("revenues_and_benefits", 380, 0.72, 0.44, "office", -0.08),
        ("customer_services", 290, 0.73, 0.50, "office", -0.06),
        ("finance", 210, 0.58, 0.36, "professional", 0.02),
        ("digital_and_technology", 190, 0.34, 0.34, "professional", 0.06),
        ("human_resources", 130, 0.78, 0.35, "professional", 0.00),
        ("legal_services", 92, 0.66, 0.38, "professional", 0.00),
        ("payroll_and_pensions", 64, 0.76, 0.36, "office", -0.04),
        ("procurement", 48, 0.55, 0.33, "professional", 0.04),
        ("audit_and_risk", 22, 0.50, 0.30, "professional", 0.00),
    ),
    *_services(
        "public_health",
        ("public_health", 8, 0.62, 0.25, "directors"),
        ("health_improvement", 58, 0.80, 0.42, "professional", 0.06),
        ("health_protection", 22, 0.72, 0.34, "professional", -0.20),
        ("addictions_commissioning", 18, 0.66, 0.26, "professional", 0.00),
        ("public_health_intelligence", 14, 0.58, 0.36, "professional", 0.00),
    ),
    *_services(
        "strategy_and_communities",
        ("strategy_and_communities", 9, 0.55, 0.30, "directors", 0.0, (), ("neighbourhoods",)),
        ("libraries_and_archives", 190, 0.74, 0.33, "office", -0.16, (), ("libraries",)),
        ("community_safety_and_cohesion", 62, 0.60, 0.48, "office", 0.08, (), ("community_safety",)),
        ("policy_and_performance", 44, 0.60, 0.30, "professional", 0.00, (), ("corporate_policy",)),
        ("communications", 30, 0.66, 0.26, "professional", 0.00, (), ("communications_and_marketing",)),
        ("democratic_services", 28, 0.68, 0.28, "office", 0.00, (), ("committee_services",)),
        ("local_engagement", 14, 0.70, 0.52, "office", 0.10, (), ("neighbourhood_forums",)),
        ("equality_and_inclusion", 11, 0.75, 0.55, "professional", 0.20, (), ("equality_team",)),
    ),
)

DIRECTORATES: tuple[str, ...] = tuple(dict.fromkeys(s.directorate for s in SERVICES))

MINORITY_2022 = 0.28 / 0.36
"""Share of ethnic minority staff in 2022, as a part of the share in 2026; every service starts there."""

DECLARED: dict[str, tuple[float, float]] = {
    "ethnicity": (0.845, 0.925),
    "disability": (0.560, 0.718),
    "religion": (0.520, 0.665),
    "orientation": (0.475, 0.630),
    "identity": (0.330, 0.560),
}
"""Share of staff whose answer is known, 2022 and 2026, before a directorate's own difference."""

DECLARED_MORE: dict[str, float] = {
    "adult_social_care": 0.015,
    "children_and_families": 0.02,
    "city_operations": -0.16,
    "city_housing": 0.02,
    "growth_and_place": 0.05,
    "corporate_resources": 0.10,
    "public_health": 0.11,
    "strategy_and_communities": 0.09,
}
"""How much more of a directorate's people have answered than of all staff; for ethnicity half as much."""

CASUAL_WORKERS = 450
SECOND_POSTS = 0.03
"""Share of people who hold a second, smaller post in another service."""
