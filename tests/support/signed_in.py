"""A signed-in reader without an identity provider: the variables of a server, and the cookie that its own sign-in would have set."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit

SECRET = "9f1c3ab27be04d5896ff0c21d7e84a6350b8d2c94e17fa60bd35c8129ae7f604"
TENANT = "tarnchester"


def variables(public_url: str, folder: Path) -> dict[str, str]:
    """For a server whose provider is never asked."""
    return {
        "EQUALITY_MODE": "signed_in",
        "EQUALITY_PUBLIC_URL": public_url,
        "EQUALITY_OIDC_METADATA_URL": "https://127.0.0.1:9/.well-known/openid-configuration",
        "EQUALITY_OIDC_CLIENT_ID": "equality",
        "EQUALITY_OIDC_CLIENT_SECRET": "not-used-here",
        "EQUALITY_COOKIE_SECRET": SECRET,
        "EQUALITY_AUDIT_URL": f"sqlite:///{folder / 'audit.sqlite'}",
    }


def identity(
    public_url: str, role: str = "Equality.Leadership", person: str = "reader-1", secret: str = SECRET, tenant: str = TENANT
) -> tuple[str, str]:
    """Name and value of the cookie."""
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    claims = {
        "is_logged_in": True, "origin": public_url, "oid": person, "tid": tenant, "iat": int(time.time()), "name": "A. Reader",
        "roles": [role], "session": secrets.token_urlsafe(16),
    }  # fmt: skip
    return USER_COOKIE_NAME, create_signed_value(secret, USER_COOKIE_NAME, json.dumps(claims)).decode()


def for_browser(public_url: str, role: str = "Equality.Leadership", secret: str = SECRET, tenant: str = TENANT) -> dict[str, object]:
    name, value = identity(public_url, role, secret=secret, tenant=tenant)
    where = urlsplit(public_url)
    return {"name": name, "value": value, "domain": where.hostname, "path": "/", "httpOnly": True, "secure": where.scheme == "https"}
