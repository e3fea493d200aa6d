"""The deployment page, followed word for word in a folder that stands for the root of a machine: up to a page read through the proxy.

What needs an administrator (packages, accounts, owners, systemd) is not done here: `STAND_INS` takes its place, and what would have been
done is checked below against the units, as far as `systemd-analyze` and their own commands can tell.
"""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import FLAGS, ROOT, free_port, need_chromium, wait_run
from tests.support.nginx import NAME, Proxy, find_nginx, make_certificate, proxying
from tests.support.processes import DIRECT, until
from tests.support.signed_in import for_browser

DEPLOYMENT = ROOT / "docs" / "deployment"
PAGE = (DEPLOYMENT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
UNITS = sorted([*DEPLOYMENT.glob("*.service"), *DEPLOYMENT.glob("*.timer")])
TENANT = "00000000-0000-0000-0000-000000000000"
PLACES = ("/opt/equality", "/etc/equality", "/var/lib/equality", "/etc/nginx", "/etc/systemd", "/usr/local/sbin")
ROOTS_WORK = ("apt-get", "addgroup", "adduser", "chown", "chgrp", "systemctl", "nginx")
"""Commands that need an administrator: they are written down instead of done."""
STAND_INS = f"""
set -euo pipefail
note() {{ printf '%s\\n' "$*" >> "$ROOT/done-by-root"; }}
{"; ".join(f"{name}() {{ note {name} $*; }}" for name in ROOTS_WORK)}
install() {{  # without owners
    local kept=()
    while (($#)); do case $1 in -o|-g) shift 2;; *) kept+=("$1"); shift;; esac; done
    command install "${{kept[@]}}"
}}
equality-admin() {{ ( umask 0007; set -a; . "$ROOT/etc/equality/refresh.env"; set +a
    EQUALITY_CONFIG="$ROOT/etc/equality/config" "$ROOT/opt/equality/venv/bin/equality" "$@" ); }}
python3() {{ [ "$*" = "-m venv $ROOT/opt/equality/venv" ] && mkdir -p "$3/bin" && cp "$ROOT"/bin/* "$3/bin/"; }}
curl() {{ command curl --noproxy '*' --cacert "$ROOT/etc/equality/tls/certificate.pem" --resolve "{NAME}:$HTTPS:127.0.0.1" "$@"; }}
"""
PIP = """#!/bin/sh
# The lock is installed by every run of the checks; here it must be there and hashed.
for word in "$@"; do case $word in *.lock) grep -q -- '--hash=sha256:' "$word" || exit 1;; esac; done
echo "$@" >> "$ROOT/installed"
"""


@dataclass
class Machine:
    """A folder that stands for `/`, and what runs in it."""

    root: Path
    port: int
    https: int
    said: list[str] = field(default_factory=list)
    proxy: Proxy | None = None

    def here(self, text: str) -> str:
        """A text of the page or of a unit with this machine's places."""
        for place in PLACES:
            text = text.replace(place, f"{self.root}{place}")
        text = re.sub(r"127\.0\.0\.1:8501|--port 8501", lambda m: m[0].replace("8501", str(self.port)), text)
        return text.replace(f"https://{NAME}", f"https://{NAME}:{self.https}")

    def run(self, block: str) -> str:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("EQUALITY_")},
            "ROOT": str(self.root),
            "HTTPS": str(self.https),
        }
        script = STAND_INS + self.here(block)
        done = subprocess.run(["bash", "-c", script], cwd=self.root / "home", env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        self.said.append(done.stdout)
        return done.stdout

    def unit(self, name: str) -> tuple[list[str], dict[str, str]]:
        """Command and environment that systemd would start a unit with."""
        told = {"%%": "%", "%d": f"{self.root}/etc/equality/secrets"}
        text = re.sub(r"%[%d]", lambda m: told[m[0]], self.here((DEPLOYMENT / name).read_text(encoding="utf-8")))
        lines = [line.partition("=")[::2] for line in text.splitlines() if "=" in line and not line.startswith("#")]
        variables = {k: v for k, v in os.environ.items() if not k.startswith("EQUALITY_")}
        for key, value in lines:
            if key == "EnvironmentFile":
                variables |= dict(line.split("=", 1) for line in Path(value).read_text(encoding="utf-8").splitlines())
            if key == "Environment":
                variables |= dict(word.split("=", 1) for word in shlex.split(value))
        return shlex.split(next(value for key, value in lines if key == "ExecStart")), variables

    def start(self, name: str) -> subprocess.Popen[bytes]:
        command, variables = self.unit(name)
        umask = int(re.findall(r"^UMask=(\d+)$", (DEPLOYMENT / name).read_text(encoding="utf-8"), re.MULTILINE)[0], 8)
        folder = self.root / "opt" / "equality" / "app"
        with (self.root / "journal").open("wb") as journal:
            return subprocess.Popen(command, umask=umask, env=variables, cwd=folder, stderr=journal)

    def wait_until_up(self, server: subprocess.Popen[bytes]) -> None:
        until(lambda: server.poll() is not None or _answers(self.port), 120)
        assert server.poll() is None, (self.root / "journal").read_text(encoding="utf-8")


def staff(path: Path) -> None:
    """An extract of 900 invented people under the headings that the starter configuration expects."""
    chance = random.Random(7)
    rows = ["Employee ID,Directorate,Sex,Age,Ethnic group,Disability,Grade,Hourly pay"]
    for number in range(900):
        place = chance.choice(["Adult Social Care", "Children and Families", "Place and Housing", "Finance"])
        group = chance.choice(["Indian", "African", "Irish", "Pakistani", "White and Asian", "Prefer not to say"])
        rows.append(
            f"{number},{place},{chance.choice('FFM')},{chance.randint(18, 66)},{group},{chance.choice(['Disabled', 'Not disabled', ''])},"
            f"{chance.choice(['Lower', 'Middle', 'Senior'])},{chance.uniform(12, 40):.2f}"
        )
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Before the page begins: a home with the release of the program, a configuration and an extract, and a certificate."""
    find_nginx()
    made = Machine(tmp_path_factory.mktemp("machine"), free_port(), free_port())
    home = made.root / "home"
    for folder in ("home", "bin", "usr/local/sbin", "etc/systemd/system", "etc/nginx/sites-available", "etc/nginx/sites-enabled"):
        (made.root / folder).mkdir(parents=True)
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tarfile.open(home / "equality-dashboard.tar.gz", "w:gz", compresslevel=1) as archive:
        for name in tracked.splitlines():
            if (ROOT / name).is_file() and not name.startswith(("tests/", ".ci/")):
                archive.add(ROOT / name, f"equality-dashboard/{name}")
    app = made.root / "opt" / "equality" / "app"
    command = f'#!/bin/sh\nPYTHONPATH={app} exec {sys.executable} -P -m metrics.cli.main "$@"\n'
    for name, text in (("equality", command), ("pip", PIP)):
        (made.root / "bin" / name).write_text(text, encoding="utf-8")
        (made.root / "bin" / name).chmod(0o755)
    subprocess.run([sys.executable, "-m", "metrics.cli.main", "init", str(home / "mycouncil")], cwd=ROOT, check=True, capture_output=True)
    for kpi in (home / "mycouncil" / "kpis").glob("*.yaml"):
        if not kpi.name.startswith(("WF01", "WF02")):  # certifying all ten takes a minute and shows no more
            kpi.unlink()
    staff(home / "staff.csv")
    return made


@pytest.fixture(scope="module")
def followed(machine: Machine) -> Iterator[Machine]:
    """Every block of the page in its order; where it asks systemd or nginx for something, that is done as they would do it."""
    with ExitStack() as running:
        dashboard: subprocess.Popen[bytes] | None = None

        def end() -> None:
            if dashboard is not None and dashboard.poll() is None:
                dashboard.terminate()
                assert dashboard.wait(20) == 0

        running.callback(end)
        for block in BLOCKS:
            if "systemctl start equality-backup.service" in block:  # before the lines that follow it
                command, variables = machine.unit("equality-backup.service")
                subprocess.run(command, env=variables, check=True, capture_output=True)
            if "systemctl stop equality-dashboard" in block:
                end()
                before, after = block.split("systemctl start equality-dashboard")
                machine.run(before)
                dashboard = machine.start("equality-dashboard.service")
                machine.wait_until_up(dashboard)
                block = "systemctl start equality-dashboard" + after
            machine.run(block)
            if "/etc/equality/tls" in block:
                make_certificate(machine.root / "etc" / "equality" / "tls")
            if "enable --now equality-dashboard" in block:
                dashboard = machine.start("equality-dashboard.service")
                machine.wait_until_up(dashboard)
            if "systemctl reload nginx" in block:
                machine.proxy = running.enter_context(_nginx(machine))
        yield machine


def _answers(port: int) -> bool:
    try:
        with DIRECT.open(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _nginx(machine: Machine) -> Any:
    folder = machine.root / "nginx"
    folder.mkdir()
    for name in ("certificate.pem", "key.pem"):
        shutil.copy(machine.root / "etc" / "equality" / "tls" / name, folder / name)
    recipe = (machine.root / "etc" / "nginx" / "sites-enabled" / "equality").read_text(encoding="utf-8")
    return proxying(folder, machine.port, machine.https, recipe, certificate=False)


def test_the_machine_ends_ready_with_its_release_after_backup_restore_and_upgrade(followed: Machine) -> None:
    read = json.JSONDecoder().raw_decode
    answers = [read(text, text.index('{"ready"'))[0] for text in followed.said if '{"ready"' in text]
    assert len(answers) == 3
    assert {answer["release"] for answer in answers} == {answers[0]["release"]}
    assert all(answer["ready"] and answer["age_days"] == 0 for answer in answers)
    assert any("strict-transport-security" in text.lower() for text in followed.said)
    assert len(list((followed.root / "var/lib/equality/backups").glob("releases-*.zip"))) == 2


@pytest.mark.browser
def test_a_page_is_read_through_the_proxy(followed: Machine) -> None:
    from playwright.sync_api import sync_playwright

    assert followed.proxy is not None
    executable = need_chromium()
    secret = (followed.root / "etc/equality/secrets/cookie_secret").read_text(encoding="utf-8").strip()
    with sync_playwright() as play:
        told = [*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--no-proxy-server"]
        chromium = play.chromium.launch(executable_path=executable, args=told, headless=True)
        context = chromium.new_context(ignore_https_errors=True, reduced_motion="reduce")
        page = context.new_page()
        page.goto(followed.proxy.url)
        assert "Sign in" in page.inner_text("h1")
        context.add_cookies([for_browser(followed.proxy.url, secret=secret, tenant=TENANT)])
        page.goto(f"{followed.proxy.url}/kpi?measure=WF01")
        wait_run(page)
        assert "900" in page.inner_text("body")
        chromium.close()


def test_secrets_and_rows_about_people_are_closed_to_others(followed: Machine) -> None:
    modes = {name: (followed.root / name).stat().st_mode & 0o7777 for name in (
        "etc/equality/secrets", "etc/equality/secrets/cookie_secret", "etc/equality/secrets/oidc_client_secret", "etc/equality/refresh.env",
        "etc/equality/dashboard.env", "var/lib/equality/people", "var/lib/equality/backups", "etc/equality/config/settings.yaml",
    )}  # fmt: skip
    assert [name for name, mode in modes.items() if mode & 0o007] == []
    assert modes["etc/equality/secrets/cookie_secret"] == 0o600
    assert not (followed.root / "var/lib/equality/people/staff.csv").exists()
    mode = lambda name: (followed.root / "var/lib/equality" / name).stat().st_mode & 0o777  # noqa: E731
    assert (mode("releases/releases.sqlite"), mode("audit/audit.sqlite")) == (0o640, 0o660)  # the group reads the one and writes the other


def test_what_needs_an_administrator_is_what_this_test_leaves_out(followed: Machine) -> None:
    noted = (followed.root / "done-by-root").read_text(encoding="utf-8").splitlines()
    assert {line.split()[0] for line in noted} == set(ROOTS_WORK)
    started = {word for line in noted if line.startswith("systemctl") for word in line.split() if word.startswith("equality-")}
    assert started == {"equality-dashboard.service", "equality-refresh.timer", "equality-backup.timer", "equality-backup.service"}
    assert {path.name for path in (followed.root / "etc/systemd/system").iterdir()} == {path.name for path in UNITS}
    asked = (followed.root / "installed").read_text(encoding="utf-8").splitlines()
    assert asked[0] == f"install --require-hashes -r {followed.root}/opt/equality/app/requirements.lock"


def test_the_lock_is_installed_by_the_checks_as_the_page_says() -> None:
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "pip install --quiet --require-hashes -r requirements.lock" in checks
    assert "pip install --quiet --no-deps --no-build-isolation -e ." in checks


AS_THE_DASHBOARD = """
import os, sqlite3, sys
import pages.shared.server, metrics.releases.store, metrics.access.audit
from pages.shared import health, reports
health.look()
reports.store.clear()
os.setgroups([]); os.setresgid(41000, 41000, 41000); os.setresuid(41002, 41002, 41002); os.umask(0o007)
for refused in sys.argv[1:3]:
    try:
        open(refused, "ab").close()
    except PermissionError:
        continue
    raise SystemExit(f"{refused} can be written")
found = health.look(metrics.access.audit.AuditLog(os.environ["EQUALITY_AUDIT_URL"]).can_write)
print(found.release, found.reasons)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that other accounts may walk through, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("meanwhile", ["nothing", "a refresh has just ended", "a refresh is writing"])
def test_the_dashboards_account_reads_releases_that_it_cannot_change(open_folder: Path, meanwhile: str) -> None:
    """The page's two accounts on real files: the owner of the store, and a member of its group."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to act as two accounts")
    import sqlite3

    from metrics.releases.store import ReleaseStore
    from tests.support.drafts import a_draft

    releases, audit = open_folder / "releases", open_folder / "audit"
    for folder, mode in ((releases, 0o2750), (audit, 0o2770)):
        folder.mkdir()
        os.chown(folder, 41001, 41000)
        folder.chmod(mode)
    store = ReleaseStore(f"sqlite:///{releases / 'releases.sqlite'}")
    id = store.publish(a_draft())
    writer = None
    if meanwhile == "a refresh is writing":
        writer = sqlite3.connect(releases / "releases.sqlite", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
    if meanwhile == "nothing":
        store.close()
    for file in releases.iterdir():
        os.chown(file, 41001, 41000)
        file.chmod(0o640)
    (open_folder / "settings.yaml").write_text("council: A\n", encoding="utf-8")
    variables = {**os.environ, "EQUALITY_CONFIG": str(open_folder), "EQUALITY_MODE": "local", "PYTHONDONTWRITEBYTECODE": "1"}
    variables |= {"EQUALITY_RELEASES_URL": store.url, "EQUALITY_AUDIT_URL": f"sqlite:///{audit / 'audit.sqlite'}"}
    command = [sys.executable, "-c", AS_THE_DASHBOARD, str(releases / "releases.sqlite"), str(releases / "new")]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60)
    assert done.stdout == f"{id} ()\n", done.stderr
    assert (audit / "audit.sqlite").stat().st_mode & 0o777 == 0o660
    if writer is not None:
        writer.close()


# units


def test_systemd_accepts_the_units(followed: Machine) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze was not found")
    folder = followed.root / "verify"
    folder.mkdir()
    for unit in UNITS:
        text = followed.here(unit.read_text(encoding="utf-8"))
        (folder / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run([program, "verify", *map(str, folder.iterdir())], capture_output=True, text=True)
    about_ours = [line for line in (done.stdout + done.stderr).splitlines() if "equality" in line and "man:" not in line]
    assert (done.returncode, about_ours) == (0, [])


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda u: u.stem)
def test_every_service_is_hardened_and_runs_as_an_account_of_its_own(unit: Path) -> None:
    lines = set(unit.read_text(encoding="utf-8").splitlines())
    needed = {
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "CapabilityBoundingSet=",
    }
    assert needed <= lines
    assert ("User=equality-web" if unit.stem == "equality-dashboard" else "User=equality-refresh") in lines
    written = next(line for line in lines if line.startswith("ReadWritePaths=")).partition("=")[2].split()
    assert all(path.startswith("/var/lib/equality/") for path in written)
    assert ("/var/lib/equality/people" in written) == (unit.stem == "equality-refresh")


def test_the_dashboards_unit_knows_nothing_of_rows_about_people(followed: Machine) -> None:
    _, variables = followed.unit("equality-dashboard.service")
    assert "EQUALITY_WORKFORCE_URL" not in variables
    assert not [name for name in variables if name.endswith("_SECRET")]


def test_the_admin_command_is_plain_shell() -> None:
    subprocess.run(["sh", "-n", str(DEPLOYMENT / "equality-admin")], check=True)


# container: no engine runs here, so its file is read, and what its steps do is tried without one


def steps(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", " ", text)
    return [
        (word, rest) for line in joined.splitlines() if line and not line.startswith("#") for word, _, rest in [line.strip().partition(" ")]
    ]


def test_the_containerfile_builds_from_the_lock_and_runs_without_root() -> None:
    found = steps((DEPLOYMENT / "Containerfile").read_text(encoding="utf-8"))
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in found} <= known
    assert sum(word == "FROM" for word, _ in found) == 2
    assert any("--require-hashes -r requirements.lock" in rest for word, rest in found if word == "RUN")
    last = [word for word, _ in found]
    assert dict(found)["USER"] == "10001:10001"
    assert last.index("USER") > len(last) - 8
    for word, rest in found:
        if word == "COPY" and "--from" not in rest:
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert source not in (".", "data", ".venv")
    for word, rest in found:
        if word == "RUN":
            subprocess.run(["sh", "-n", "-c", rest], check=True)
        if word in ("ENTRYPOINT", "CMD"):
            assert isinstance(json.loads(rest), list)


def test_the_containers_files_are_enough_to_check_and_to_serve(tmp_path: Path) -> None:
    """Its COPY steps into an empty folder, its own check, and its health check against what it starts."""
    found = steps((DEPLOYMENT / "Containerfile").read_text(encoding="utf-8"))
    for word, rest in found:
        if word == "COPY" and "--from" not in rest:
            *sources, target = rest.split()
            for source in sources:
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
                else:
                    shutil.copy(ROOT / source, tmp_path / target)
    variables = {k: v for k, v in os.environ.items() if not k.startswith("EQUALITY_")} | {
        "PYTHONPATH": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    equality = [sys.executable, "-P", "-m", "metrics.cli.main"]
    subprocess.run([*equality, "check"], cwd=tmp_path, env=variables, check=True, capture_output=True)
    served = json.loads(dict(found)["CMD"])
    port = free_port()
    served[served.index("8501")] = str(port)
    served[served.index("/etc/equality/config")] = "config"
    served[served.index("0.0.0.0")] = "127.0.0.1"
    from tests.support.signed_in import variables as sign_in

    asked = {**variables, **sign_in("https://equality.example", tmp_path), "EQUALITY_RELEASES_URL": f"sqlite:///{tmp_path}/none.sqlite"}
    asked.pop("EQUALITY_MODE")
    server = subprocess.Popen([*equality, *served], cwd=tmp_path, env=asked, stderr=subprocess.DEVNULL)
    try:
        check = re.search(r"HEALTHCHECK .* CMD (\[.*\])", "\n".join(f"{w} {r}" for w, r in found))
        assert check is not None
        healthy = [sys.executable, *json.loads(check[1])[1:]]
        healthy[-1] = healthy[-1].replace("8501", str(port))
        until(lambda: subprocess.run(healthy, capture_output=True).returncode == 0, 60)
    finally:
        server.terminate()
        assert server.wait(20) == 0
    assert subprocess.run(healthy, capture_output=True).returncode != 0
