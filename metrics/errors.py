"""Every exception meant for a person: where, what was found, what is accepted, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, in words that an officer understands.

    `where` is a place a person can open: `config/kpis/WR01-….yaml:9`, `staff.xlsx!Sheet1!C14`, `staff.csv:204`.
    `message` says what was found, what is accepted, and what to do.
    """

    where: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place}: {self.message}" if place else self.message


class EqualityError(Exception):
    """Base of the errors that are shown to people. `exit_code` is what the `equality` command ends with."""

    exit_code = 2

    def __init__(self, problems: str | Problem | Iterable[Problem], advice: str = "") -> None:
        if isinstance(problems, str):
            self.problems: tuple[Problem, ...] = (Problem("", problems),)
        elif isinstance(problems, Problem):
            self.problems = (problems,)
        else:
            self.problems = tuple(problems)
        self.advice = advice
        super().__init__("\n".join([*map(str, self.problems), *([advice] if advice else [])]))

    def __reduce__(self) -> tuple[type[EqualityError], tuple[tuple[Problem, ...], str]]:
        """The same error in another process."""
        return type(self), (self.problems, self.advice)


class DefinitionError(EqualityError):
    """The configuration is wrong; nothing was loaded."""


class InputError(EqualityError):
    """A file that was handed in cannot be used; nothing was stored."""


class CountsError(EqualityError):
    """Counts that cannot be: negative, or a numerator larger than its denominator."""


class DisclosureError(EqualityError):
    """Something cannot be published safely; nothing was published."""

    exit_code = 1


class NotCertified(EqualityError):
    """Figures of a release are not the ones that were certified; nothing of them is shown."""

    exit_code = 1


class NotPublished(EqualityError):
    """The release does not answer this question."""

    exit_code = 1


class AccessDenied(EqualityError):
    """This viewer may not see this. `reason` is the kind of refusal in one word, for logs."""

    exit_code = 1

    def __init__(self, problems: str | Problem | Iterable[Problem], advice: str = "", reason: str = "no_right") -> None:
        super().__init__(problems, advice)
        self.reason = reason


class SourceError(EqualityError):
    """A database or file store cannot be reached or read."""

    exit_code = 3
