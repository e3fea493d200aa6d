"""What the product's page is made of, as constants: `python -m tests.benchmarks.recorded PAGE UNIT TARGET [name=value]`.

A process of its own, because it opens the demo mode as the server does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.shared import viewer

ROOT = Path(__file__).resolve().parents[2]
UNITS = "Council, directorate or service"


def record(page: str, unit: str, choices: dict[str, str]) -> dict[str, Any]:
    """The page as it opens, and with another unit chosen."""
    viewer.open_mode("demo")
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py").run()
    menu = next(s for s in app.selectbox if s.label == UNITS)
    first, first_state = menu.options[menu.index or 0], nodes(app.main)
    menu.select(next(o for o in menu.options if o.strip().endswith(unit))).run()
    menu = next(s for s in app.selectbox if s.label == UNITS)
    if app.exception:
        raise RuntimeError("the page failed while it was recorded")
    return {"first": first, "second": menu.options[menu.index or 0], "first_state": first_state, "second_state": nodes(app.main)}


def nodes(block: Any) -> list[dict[str, Any]]:
    return [node for child in block.children.values() if (node := _node(child)) is not None]


def _node(child: Any) -> dict[str, Any] | None:
    kind, proto = child.type, getattr(child, "proto", None)
    if kind == "html":
        return {"html": proto.body}
    if kind == "plotly_chart":
        return {"chart": proto.spec}
    if kind == "selectbox":
        return {"select": child.label, "options": list(child.options), "index": child.index, "chosen": child.label == UNITS}
    if kind == "download_button":
        return {"download": child.label}
    if kind == "expander":
        return {"expander": child.label, "inside": nodes(child)}
    inside = list(getattr(child, "children", {}).values())
    if inside and all(c.type == "column" for c in inside):
        return {"columns": [{"weight": c.proto.weight, "inside": nodes(c)} for c in inside]}
    return {"inside": nodes(child)} if inside else None


def main(page: str, unit: str, target: str, *choices: str) -> None:
    found = record(page, unit, dict(c.split("=", 1) for c in choices))  # type: ignore[misc]
    Path(target).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
