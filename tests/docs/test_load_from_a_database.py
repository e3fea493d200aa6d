"""The page about loading from a database, executed word for word on a PostgreSQL server of its own making."""

from __future__ import annotations

import os
import random
import re
import shlex
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from metrics.sources.engine import open_source
from metrics.sources.snapshots import read_snapshots
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/load-from-a-database.md").read_text(encoding="utf-8")
PEOPLE = 300


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def edit(folder: Path) -> None:
    path, found, becomes = re.findall(r"In `([^`]+)`, change\n\n```yaml\n(.*?)^```\n\nto\n\n```yaml\n(.*?)^```", PAGE, re.M | re.S)[0]
    text = (folder / path).read_text(encoding="utf-8")
    assert found in text
    (folder / path).write_text(text.replace(found, becomes, 1), encoding="utf-8")


def run(line: str, folder: Path, **variables: str) -> str:
    words = shlex.split(line)
    assert words[0] == "equality"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EQUALITY_")} | {"PYTHONPATH": str(ROOT)} | variables
    done = subprocess.run(
        [sys.executable, "-m", "metrics.cli.main", *words[1:]], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    """A payroll system's database, and the account that the page asks for."""
    database = postgres.database()
    chance = random.Random(5)
    with postgres.administer(database.name) as connection:
        connection.execute("CREATE SCHEMA payroll")
        columns = "employee_no text, surname text, directorate text, sex text, birth_date date, hourly_rate numeric(8, 2)"
        connection.execute(f"CREATE TABLE payroll.staff ({columns})")
        for n in range(PEOPLE):
            row = (f"{n:05}", "Quillfeather", chance.choice(["Adult Social Care", "Place and Housing"]), chance.choice("FM"),
                   f"{chance.randint(1960, 2005)}-05-17", chance.randint(1200, 5000) / 100)  # fmt: skip
            connection.execute("INSERT INTO payroll.staff VALUES (%s, %s, %s, %s, %s, %s)", row)
        connection.execute("DROP ROLE IF EXISTS equality")
        for statement in fences("sql")[0].split(";"):
            if statement.strip():
                connection.execute(statement)  # type: ignore[call-overload]
        connection.execute(f"GRANT CONNECT ON DATABASE {database.name} TO equality")  # tests' databases are closed to everybody else
    written = fences("text")[0].strip().split("=", 1)[1]
    return re.sub(r"@.*", f"@127.0.0.1:{postgres.port}/{database.name}", written)


def test_the_page_leads_from_a_view_to_stored_rows(address: str, tmp_path: Path) -> None:
    run("equality init mycouncil", tmp_path)
    edit(tmp_path)
    commands = [line for fence in fences("console") for line in fence.splitlines()]
    assert [shlex.split(line)[1] for line in commands] == ["inspect", "check", "ingest"]
    printed = {}
    for line in commands:
        printed[shlex.split(line)[1]] = run(line, tmp_path, EQUALITY_PAYROLL_URL=address)
        if "inspect" in line:
            draft = (tmp_path / "mycouncil/datasets/hr.yaml").read_text(encoding="utf-8")
            assert fences("yaml")[2].strip() in draft
    assert f"hr.v_staff in payroll_db: table; {PEOPLE} rows, 5 columns" in printed["inspect"]
    assert f"rows accepted {PEOPLE}, rejected 0" in printed["ingest"]
    assert "nothing was changed" in run(commands[-1], tmp_path, EQUALITY_PAYROLL_URL=address)
    with open_source(f"duckdb:///{tmp_path}/data/workforce.duckdb") as source:
        (held,) = read_snapshots(source, "hr")
    assert (held.people, held.files) == (PEOPLE, ("hr.v_staff in payroll_db",))
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    password = str(psycopg.conninfo.conninfo_to_dict(address.replace("+psycopg", ""))["password"]).encode()
    assert not [content for content in kept if password in content or b"Quillfeather" in content]
