"""`equality releases backup`: the whole store as one file."""

from __future__ import annotations

import json
from hashlib import file_digest
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.progress import bar
from metrics.releases.archive import write_archive
from metrics.releases.database import Database
from metrics.settings import load_settings


def back_up(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not be there yet.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write every release into one file, as they are at this instant, while others go on reading and publishing.

    Only its owner may read the file. It is read back before it gets its name, and `equality releases restore` fills SQLite or
    PostgreSQL from it.
    """
    with bar(not as_json) as told:
        manifest = write_archive(Database(load_settings(config).releases_url), file, told)
    with file.open("rb") as written:
        digest = file_digest(written, "sha256").hexdigest()
    size = file.stat().st_size
    if as_json:
        said = {"file": str(file), "bytes": size, "sha256": digest, "store_version": manifest.store_version}
        typer.echo(json.dumps({**said, "releases": list(manifest.releases), "rows": manifest.rows}, ensure_ascii=False))
        return
    releases = f"{len(manifest.releases)} release{'' if len(manifest.releases) == 1 else 's'}"
    typer.echo(f"Wrote {file}: {releases}, {manifest.rows:,} rows, {size / 1e6:.1f} MB, read back and compared.\nSHA-256 {digest}")
