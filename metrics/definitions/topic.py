"""What a KPI is about: the chapters of the catalogue, in the order in which pages show them."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    WORKFORCE = "workforce"
    LEADERSHIP = "leadership"
    PAY = "pay"
    RECRUITMENT = "recruitment"
    PROGRESSION = "progression"
    RETENTION = "retention"
    EMPLOYEE_RELATIONS = "employee_relations"
    DECLARATION = "declaration"
    STAFF_SURVEY = "staff_survey"
    TRAINING = "training"
    EQUALITY_INDEX = "equality_index"
    RESIDENTS = "residents"
    COHESION = "cohesion"
    SAFETY = "safety"
    SERVICES = "services"
    ENGAGEMENT = "engagement"
    PREVENT = "prevent"
    PROCUREMENT = "procurement"
    ASSESSMENTS = "assessments"
    DUTIES = "duties"

    @property
    def heading(self) -> str:
        return HEADINGS[self]

    @property
    def of_the_city(self) -> bool:
        """About those who live here or use services, not about the council's own staff or papers."""
        return self in CITY


HEADINGS = {
    Topic.WORKFORCE: "Workforce representation",
    Topic.LEADERSHIP: "Senior leadership",
    Topic.PAY: "Pay gaps",
    Topic.RECRUITMENT: "Recruitment",
    Topic.PROGRESSION: "Progression and leadership programmes",
    Topic.RETENTION: "Retention and leavers",
    Topic.EMPLOYEE_RELATIONS: "Employee relations",
    Topic.DECLARATION: "Declaration rates",
    Topic.STAFF_SURVEY: "Staff survey and wellbeing",
    Topic.TRAINING: "Training",
    Topic.EQUALITY_INDEX: "Workplace equality index",
    Topic.RESIDENTS: "Who lives here",
    Topic.COHESION: "Living together",
    Topic.SAFETY: "Hate crime and safety",
    Topic.SERVICES: "Who is served, and how well",
    Topic.ENGAGEMENT: "Who is heard",
    Topic.PREVENT: "Prevent delivery",
    Topic.PROCUREMENT: "Procurement",
    Topic.ASSESSMENTS: "Equality impact assessments",
    Topic.DUTIES: "Equality duties",
}

CITY = frozenset({Topic.RESIDENTS, Topic.COHESION, Topic.SAFETY, Topic.SERVICES, Topic.ENGAGEMENT, Topic.PREVENT, Topic.PROCUREMENT})
