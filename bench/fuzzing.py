"""Any question to the public API, and any to readers' pages: what it says of its answers holds, and no answer is an error of ours."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from bench._processes import data_folder
from tests.doors.site import a_site

EXAMPLES = 200
# What a page may be asked with, each anything; and what browsers and others send along.
QUERY = (
    "q",
    "before",
    "after",
    "page",
    "channel",
    "station",
    "from",
    "to",
    "sort",
    "receipt",
    "order",
    "window",
)
HEADERS = (
    "Accept",
    "Accept-Language",
    "Content-Type",
    "If-None-Match",
    "If-Modified-Since",
    "Range",
    "Referer",
    "X_Forwarded_For",
)
# Valid by its form, an address word or a position in a list may still lead nowhere: then 400 is right.
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "negative_data_rejection", "unsupported_method")  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzzing", description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each address and each way to ask")
    options = parser.parse_args(argv)
    with data_folder(None) as home, a_site(Path(home)) as site:
        fuzz("the API", f"{site.url}/api/v1/openapi.json", site.url, CHECKS, options.examples, home)
        described = Path(home) / "pages.json"
        described.write_text(json.dumps(description(), ensure_ascii=False))
        fuzz("pages", str(described), site.url, ("not_a_server_error",), options.examples, home)


def fuzz(name: str, described: str, base: str, checks: tuple[str, ...], examples: int, folder: str) -> None:
    """Print how many questions were asked, and what was wrong with the answers."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", described, "--url", base, "--checks", ",".join(checks),
        "--max-examples", str(examples), "--phases", "examples,coverage,fuzzing", "--continue-on-failure",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    asked = re.search(r"([\d,]+) generated(?:, (.*))?", done.stdout)
    print(
        f"{name}: {asked[1] if asked else 'no'} questions, {asked[2] if asked and asked[2] else 'none answered wrongly'}"
    )
    if done.returncode:
        print(done.stdout.partition("= FAILURES =")[2] or done.stdout[-3000:], done.stderr[-1000:])


def description() -> dict[str, Any]:
    """What readers may ask for outside of the API, as OpenAPI 3.1 describes it: each pattern of the site's addresses."""
    django.setup()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pages", "version": "1"},
        "paths": {
            f"/{path}": operations(path) for path in sorted(set(public_paths(get_resolver().url_patterns)))
        },
    }


def public_paths(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """The paths that the patterns describe, with `{name}` for what is captured."""
    for entry in patterns:
        for route in routes(entry.pattern):
            path = before + route
            if path.startswith(("admin/", "api/v1/")):
                continue
            if isinstance(entry, URLPattern):
                yield path
            else:
                yield from public_paths(entry.url_patterns, path)


def routes(pattern: object) -> list[str]:
    if isinstance(pattern, RoutePattern):
        return [re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern))]
    return [re.sub(r"%\((\w+)\)s", r"{\1}", route) for route, _ in normalize(str(pattern))]


def operations(path: str) -> dict[str, Any]:
    words = {"type": "string"}
    parameters = [
        {
            "in": "path",
            "name": name,
            "required": True,
            "schema": {
                "anyOf": [{"type": "integer", "minimum": 0, "maximum": 150}, {"type": "integer"}, words]
            },
        }
        for name in re.findall(r"{(\w+)}", path)
    ] + [
        {"in": place, "name": name, "schema": words}
        for place, names in (("query", QUERY), ("header", HEADERS))
        for name in names
    ]
    form = {"type": "object", "additionalProperties": words}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
    answers = {"responses": {"default": {"description": "Whatever it is."}}}
    return {
        "get": {"parameters": parameters, **answers},
        "post": {"parameters": parameters, "requestBody": body, **answers},
    }


if __name__ == "__main__":
    main()
