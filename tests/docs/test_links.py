"""Pages lead where they say: every link inside the repository resolves, and every command on a page is one that there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from metrics.cli.main import COMMANDS, LazyCommands

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?: \"[^\"]*\")?\)")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`equality ([a-z]+)([^`]*)`")
each_page = pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchors(page: Path) -> set[str]:
    """The names that a page's headings get where it is shown."""
    headings = re.findall(r"^#{1,6} (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def options(command: str, *words: str) -> set[str]:
    """Of a command, or of the command below it that the next word names."""
    found: Any = LazyCommands(name="equality").get_command(typer.Context(LazyCommands(name="equality")), command)
    below = getattr(found, "commands", {})
    found = below[words[0]] if words and words[0] in below else found
    return {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


def console(text: str) -> list[list[str]]:
    """The `equality` commands of a page's console blocks, one list of words each."""
    lines = [line.lstrip("$ ") for kind, block in FENCE.findall(text) if kind == "console" for line in block.splitlines()]
    words = [shlex.split(part, comments=True) for line in lines for part in re.split(r"&&|\|\|?|;", line)]
    return [command for command in words if command[:1] == ["equality"]]


@each_page
def test_links_inside_the_repository_resolve(page: Path) -> None:
    broken = []
    for link in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"(https?|mailto):", link):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(link)
    assert broken == []


@each_page
def test_commands_of_console_blocks_exist_with_their_options(page: Path) -> None:
    for command in console(page.read_text(encoding="utf-8")):
        assert command[1] in COMMANDS, " ".join(command)
        given = {word.split("=")[0] for word in command[2:] if word.startswith("--")}
        assert given <= options(*command[1:]), " ".join(command)


@each_page
def test_commands_named_in_a_sentence_exist_with_their_options(page: Path) -> None:
    for name, rest in INLINE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        assert name in COMMANDS, f"equality {name}"
        given = set(re.findall(r"(?<![\w-])--[a-z-]+", rest))
        assert given <= options(name, *rest.split()), f"equality {name}{rest}"


def test_pages_name_commands_at_all() -> None:
    told = [command[1] for page in PAGES for command in console(page.read_text(encoding="utf-8"))]
    assert {"init", "inspect", "check", "ingest", "refresh", "serve"} <= set(told)
    assert len(PAGES) > 8
