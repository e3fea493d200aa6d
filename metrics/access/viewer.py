"""Who is looking, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Viewer:
    """One reader. `units` None: the whole council."""

    audience: str
    mode: Literal["demo", "local", "signed_in", "command_line"]
    units: tuple[str, ...] | None = None
