"""Pages without the program: what is answered before anybody is let in, and when somebody is not. No script, one clear next step."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import HTMLResponse

from pages.shared.markup import Html, joined, tag

PRODUCT = "Equality performance dashboard"
STYLE = Html(
    "body{margin:0;font:16px/1.5 Arial,'Liberation Sans',sans-serif;color:#0b0c0c;background:#fff}"
    "header{border-bottom:1px solid #b1b4b6;padding:14px 24px}header b{padding-right:12px;margin-right:12px;border-right:1px solid #b1b4b6}"
    "header span{color:#505a5f}main{max-width:640px;padding:24px}h1{font-size:32px;line-height:39px;margin:12px 0;text-wrap:balance}"
    "p{margin:0 0 14px}a{color:#1a65a6;text-underline-offset:3px}a:hover{text-decoration-thickness:3px}"
    "a.first{display:inline-block;background:#12436d;color:#fff;padding:10px 18px;font-weight:700;text-decoration:none}"
    "a.first:hover{background:#0b2a45;text-decoration:underline}ul{list-style:none;padding:0}li{margin:0 0 10px}"
    "a:focus-visible{outline:3px solid #ffdd00;box-shadow:0 0 0 5px #0b0c0c}"
)


def answer(
    title: str,
    *said: object,
    council: str,
    first: tuple[str, str] | None = None,
    more: tuple[tuple[str, str], ...] = (),
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """`first` is the one thing to do, as (words, address); `more` are others."""
    steps = [tag("p", tag("a", first[0], href=first[1], cls="first"))] if first else []
    if more:
        steps.append(tag("ul", *(tag("li", tag("a", words, href=address)) for words, address in more)))
    body = tag(
        "body",
        tag("header", tag("b", council), tag("span", PRODUCT)),
        tag("main", tag("h1", title), *(tag("p", words) for words in said), *steps),
    )
    head = joined(
        [
            Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            tag("title", f"{title} - {PRODUCT}"),
            tag("style", STYLE),
        ]
    )
    return HTMLResponse("<!doctype html>" + tag("html", tag("head", head), body, lang="en-GB"), status, dict(headers or {}))
