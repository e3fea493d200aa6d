"""What the environment says about signing in: all that is missing or wrong at once, and never a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.errors import InputError
from metrics.settings import load_settings, load_sign_in

GOOD = {
    "EQUALITY_PUBLIC_URL": "https://equality.example.gov.uk/",
    "EQUALITY_OIDC_METADATA_URL": "https://login.microsoftonline.com/0f0e/v2.0/.well-known/openid-configuration",
    "EQUALITY_OIDC_CLIENT_ID": "client",
    "EQUALITY_OIDC_CLIENT_SECRET": "hidden-client-secret",
    "EQUALITY_COOKIE_SECRET": "0123456789abcdef" * 4,
}


def refused(**changes: str | None) -> str:
    environment = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    with pytest.raises(InputError) as error:
        load_sign_in(environment)
    return str(error.value)


def test_a_whole_environment() -> None:
    found = load_sign_in(GOOD)
    assert found.public_url == "https://equality.example.gov.uk"
    assert found.redirect_uri == "https://equality.example.gov.uk/oauth2callback"
    assert (found.tls, found.prompt) == (True, "select_account")
    assert "hidden" not in repr(found)
    assert "0123" not in repr(found)


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(InputError) as error:
        load_sign_in({})
    assert [p.where for p in error.value.problems] == list(GOOD)
    assert all(p.message == "not set" for p in error.value.problems)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EQUALITY_PUBLIC_URL", "equality.example.gov.uk", "write https://"),
        ("EQUALITY_PUBLIC_URL", "http://equality.example.gov.uk", "plain http is accepted for this computer only"),
        ("EQUALITY_PUBLIC_URL", "https://equality.example.gov.uk/dashboard", "only scheme and host"),
        ("EQUALITY_PUBLIC_URL", "https://Equality.example.gov.uk", "small letters"),
        ("EQUALITY_PUBLIC_URL", "https://user:word@equality.example.gov.uk", "not a web address"),
        ("EQUALITY_PUBLIC_URL", "https://[", "not a web address"),
        ("EQUALITY_PUBLIC_URL", "javascript:alert(1)", "not a web address"),
        ("EQUALITY_OIDC_METADATA_URL", "https://login.microsoftonline.com/0f0e/v2.0", "ends in /.well-known/openid-configuration"),
        (
            "EQUALITY_OIDC_METADATA_URL",
            "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
            "people of any organisation",
        ),
        ("EQUALITY_COOKIE_SECRET", "hunter2", "openssl rand -hex 32"),
        ("EQUALITY_COOKIE_SECRET", "0123456789abcdef" * 2, "32 random bytes"),
        ("EQUALITY_COOKIE_SECRET", "a" * 100, "32 random bytes"),
        ("EQUALITY_OIDC_PROMPT", "logn", "did you mean 'login'?"),
    ],
)
def test_a_wrong_value_is_said_without_being_shown(name: str, value: str, said: str) -> None:
    words = refused(**{name: value})
    assert words.startswith(f"{name}: ")
    assert said in words
    assert "1 problem" in words
    if name == "EQUALITY_COOKIE_SECRET":
        assert value not in words


def test_this_computer_may_be_asked_over_plain_http() -> None:
    assert not load_sign_in({**GOOD, "EQUALITY_PUBLIC_URL": "http://127.0.0.1:8501"}).tls


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "cookie").write_text("fedcba9876543210" * 4 + "\n")
    rest = {k: v for k, v in GOOD.items() if k != "EQUALITY_COOKIE_SECRET"}
    assert load_sign_in({**rest, "EQUALITY_COOKIE_SECRET_FILE": str(tmp_path / "cookie")}).cookie_secret == "fedcba9876543210" * 4
    assert "set twice" in refused(EQUALITY_COOKIE_SECRET_FILE=str(tmp_path / "cookie"))
    assert "cannot be read: No such file" in refused(EQUALITY_COOKIE_SECRET=None, EQUALITY_COOKIE_SECRET_FILE=str(tmp_path / "none"))
    (tmp_path / "empty").write_text("\n")
    assert "is empty" in refused(EQUALITY_COOKIE_SECRET=None, EQUALITY_COOKIE_SECRET_FILE=str(tmp_path / "empty"))


def test_the_audit_log_has_an_address_and_a_retention_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("council: Anytown\naudit: {keep_months: 6, names: true}\n")
    settings = load_settings(tmp_path, {})
    assert settings.audit_url == f"sqlite:///{tmp_path.parent.as_posix()}/data/audit.sqlite"
    assert (settings.audit_keep_months, settings.audit_names) == (6, True)
    assert load_settings(tmp_path, {"EQUALITY_AUDIT_URL": "postgresql+psycopg://db/audit"}).audit_url == "postgresql+psycopg://db/audit"
