"""`python -m tests.support.screenshot docs/images`: the README's picture, taken from the demo as `equality serve` shows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.support.browser import ROOT, browser, free_port, open_at, serving

EQUALITY = [sys.executable, "-m", "metrics.cli.main"]
WIDE, TALL = 1280, 1320
LARGEST = 400_000
"""Bytes: the picture is loaded with the README."""


def main(folder: Path) -> Path:
    """Builds the demo where it is missing, opens the overview, and saves `overview.png`."""
    subprocess.run([*EQUALITY, "demo"], cwd=ROOT, check=True)
    target = folder / "overview.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with serving([*EQUALITY, "serve", "--port", str(port), "--no-open"], port) as address, browser() as chromium:
        page = open_at(chromium, f"{address}/", WIDE, TALL)
        page.screenshot(path=str(target))
        page.close()
    compress(target)
    print(f"{target}: {target.stat().st_size:,} bytes")
    return target


def compress(picture: Path) -> None:
    """A page has few colours: a palette of 128 keeps every letter and makes the file several times smaller."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(picture, optimize=True)
    if picture.stat().st_size > LARGEST:
        raise SystemExit(f"{picture}: {picture.stat().st_size:,} bytes, more than {LARGEST:,}; make the picture smaller.")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
