"""Every command of `equality` as a page, from the commands themselves."""

from __future__ import annotations

from typing import Any

import typer

from metrics.cli.main import COMMANDS, LazyCommands

EXIT_CODES = (
    "Every command ends with 0 when it is done, 1 when the answer is no, 2 when the input is wrong (all problems are listed), "
    "and 3 when a database or file store cannot be reached."
)

SELF_EVIDENT = ("help", "install_completion", "show_completion")


def commands_page() -> str:
    """Markdown: what each command does, its arguments and options, and an example."""
    group: Any = LazyCommands(name="equality")
    context: Any = typer.Context(group, info_name="equality")
    parts = ["# Commands", EXIT_CODES]
    for name in COMMANDS:
        command = group.get_command(context, name)
        if command is not None:
            parts += _command(command, typer.Context(command, info_name=name, parent=context))
            for inside, sub in getattr(command, "commands", {}).items():
                parts += _command(sub, typer.Context(sub, info_name=f"{name} {inside}", parent=context))
    return "\n\n".join(parts) + "\n"


def _command(command: Any, context: typer.Context) -> list[str]:
    usage = " ".join(["equality", str(context.info_name), *command.collect_usage_pieces(context)])
    parts = [f"## `equality {context.info_name}`", _paragraph(command.help or ""), f"```\n{usage}\n```"]
    rows = [_parameter(parameter, context) for parameter in command.get_params(context) if parameter.name not in SELF_EVIDENT]
    if rows:
        parts.append("\n".join(["| option | meaning |", "| --- | --- |", *rows]))
    if command.epilog:
        parts.append(_paragraph(command.epilog))
    return [part for part in parts if part]


def _paragraph(text: str) -> str:
    """Lines of one paragraph as one line, paragraphs apart."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _parameter(parameter: Any, context: typer.Context) -> str:
    name, words = parameter.get_help_record(context)
    return f"| `{_cell(name)}` | {_cell(words)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
