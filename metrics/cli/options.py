"""Options that every subcommand shares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[Path, typer.Option("--config", help="Folder of the configuration.", envvar="EQUALITY_CONFIG")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
DEFAULT_CONFIG = Path("config")
