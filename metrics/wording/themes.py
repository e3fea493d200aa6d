"""The Equality Framework's modules and themes by their names (LGA, Equality Framework for Local Government, 2021)."""

from __future__ import annotations

MODULES = {
    "UWC": "Understanding and working with your communities",
    "LPO": "Leadership, partnership and organisational commitment",
    "RSC": "Responsive services and customer care",
    "DEW": "Diverse and engaged workforce",
}
THEMES = {
    "UWC.1": "Collecting and sharing information",
    "UWC.2": "Analysing and using data and information",
    "UWC.3": "Effective community engagement",
    "UWC.4": "Fostering good community relations",
    "UWC.5": "Participation in public life",
    "LPO.1": "Political and officer leadership",
    "LPO.2": "Priorities and partnership working",
    "LPO.3": "Assessing equality impact in policy and decision making",
    "LPO.4": "Equality objectives and annual reporting",
    "LPO.5": "Performance monitoring and scrutiny",
    "RSC.1": "Commissioning and procuring services",
    "RSC.2": "Integrating equality objectives into service planning",
    "RSC.3": "Service design, delivery and access",
    "DEW.1": "Workforce diversity and inclusion",
    "DEW.2": "Inclusive strategies, policies and fair pay",
    "DEW.3": "Collecting, analysing and publishing workforce data",
    "DEW.4": "Learning, development and progression",
    "DEW.5": "Health and wellbeing",
}


def format_theme(theme: str) -> str:
    """ "Workforce diversity and inclusion (DEW.1)"."""
    return f"{THEMES[theme]} ({theme})" if theme in THEMES else theme
