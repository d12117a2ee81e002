"""No pattern of the package takes more than twice the steps for twice the text, whatever the text."""

import ast
import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import meiri
from meiri.comments.patterns import _expression
from tests.regex_steps import Steps, attacks, growth, text_of

PACKAGE = Path(meiri.__file__).parent
METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
ANCHORED = {"match", "fullmatch"}
# Where what outsiders send is looked through.
LOOKED_AT = tuple(
    f"meiri.{name}."
    for name in (
        "ingest", "comments", "search", "letters", "members", "visitors", "reports", "staff", "audience", "web", "fronts",
        "newsroom", "syndication", "proofing",
    )
)  # fmt: skip
# It looks through the dictionary that comes with it.
OWN_TEXT = ("meiri.search.syllables",)
MADE_WHEN_NEEDED = ("meiri.ingest.labels.label_pattern", "meiri.ingest.labels.bare_label_pattern")
# What is cut before they see it: patterns of authors' lines, which try several ways, and the length of the text.
CUT_BEFORE = {
    "[（(〔【\\[](?:[\\u4e00-\\u9fff]{0,8})?(?:记者": 80,
    "(?:[^,，。]{1,8}[,，]){5,}": 300,
    "(?:网|新闻|日报|晚报|客户端|频道|编辑部|在线)$": 40,
}
MOST_STEPS = 100_000
# Twice the text takes twice the steps; a bound such as {0,40} takes some more until it is reached.
LINEAR, SHORT, LONG = 2.6, 40, 600


def modules():
    for found in pkgutil.walk_packages([str(PACKAGE)], "meiri."):
        if (
            found.name.startswith(LOOKED_AT)
            and ".migrations" not in found.name
            and found.name not in OWN_TEXT
        ):
            yield importlib.import_module(found.name)


@cache
def uses() -> dict[str, set[str]]:
    """By name, with which methods the patterns of the package are used."""
    found: dict[str, set[str]] = {}
    for file in PACKAGE.rglob("*.py"):
        for name, method in re.findall(rf"\b(\w+)(?:\(\))?\.({'|'.join(METHODS)})\b", file.read_text()):
            found.setdefault(name, set()).add(method)
    return found


def held(value) -> list[re.Pattern]:
    """The patterns in a value of a module."""
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, dict):
        return [pattern for one in value.values() for pattern in held(one)]
    if isinstance(value, list | tuple):
        return [pattern for one in value for pattern in held(one)]
    return []


def written_inline(module):
    """The patterns in calls such as `re.sub(r"…", …)` and whether they are tried at the beginning alone."""
    tree = ast.parse(Path(module.__file__).read_text())
    for call in ast.walk(tree):
        if not (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "re"
            and call.func.attr in METHODS
            and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
        ):
            continue
        flags = next((keyword.value for keyword in call.keywords if keyword.arg == "flags"), None)
        at = 2 if call.func.attr in ANCHORED | {"search", "findall", "finditer"} else 99
        flags = flags or (call.args[at] if len(call.args) > at else None)
        try:
            source, given_ = (
                eval(compile(ast.fix_missing_locations(ast.Expression(part)), "", "eval"), vars(module))  # noqa: S307
                for part in (call.args[0], flags or ast.Constant(0))
            )
        except NameError:
            continue  # made of what an editor or the site wrote
        yield re.compile(source, given_), call.func.attr in ANCHORED


def patterns() -> dict[tuple, str]:
    """Each pattern of the package (and whether it is tried at the beginning alone), with where it stands."""
    found: dict[tuple, str] = {}
    for module in modules():
        for name, value in vars(module).items():
            methods = uses().get(name, set())
            for pattern in held(value):
                found[pattern, bool(methods) and methods <= ANCHORED] = f"{module.__name__}.{name}"
        for pattern, anchored in written_inline(module):
            found[pattern, anchored] = f"{module.__name__} {pattern.pattern[:30]!r}"
    for path in MADE_WHEN_NEEDED:
        name, _, function = path.rpartition(".")
        found[getattr(importlib.import_module(name), function)(), False] = path
    return found


def grows(pattern: re.Pattern, anchored: bool) -> str:
    """For which text its steps grow faster than the text; "" where there is none."""
    longest = next((n for begin, n in CUT_BEFORE.items() if str(pattern.pattern).startswith(begin)), None)
    for attack in attacks(pattern):
        if longest is not None:
            if Steps(pattern).count(text_of(attack, longest)[-longest:], anchored) > MOST_STEPS:
                return f"more than {MOST_STEPS} steps for {text_of(attack, SHORT)[:40]!r}"
            continue
        if (
            growth(pattern, attack, SHORT, anchored) > LINEAR
            and growth(pattern, attack, LONG, anchored) > LINEAR
        ):
            return f"more than twice the steps for twice {text_of(attack, SHORT)[:40]!r}"
    return ""


def test_b11_no_pattern_is_worse_than_linear():
    wrong = {
        where: told for (pattern, anchored), where in patterns().items() if (told := grows(pattern, anchored))
    }
    assert wrong == {}


@pytest.mark.parametrize("line", ["代*开*票", "加?微#", "*a*", "代开发票"])
def test_b11_rules_that_editors_write_are_linear(line):
    assert not grows(re.compile(_expression(line)), False)


@pytest.mark.parametrize(
    "pattern",
    [r"<(script)[^>]*>.*?</\1>", r"\s+$", r"(?:a+)+b", r"x*y", r"^(a?){20}b", r"\s*[|_]\s*"],
)
def test_patterns_that_are_worse_are_found(pattern):
    assert grows(re.compile(pattern, re.DOTALL), False)


@pytest.mark.parametrize("pattern", [r"<[^<>]*>", r"\s+", r"(?<!\s)\s+$", r"[a-z]{1,20}@", r"(?:ab?)+c?"])
def test_patterns_that_are_linear_are_not_accused(pattern):
    assert not grows(re.compile(pattern), False)


@given(
    st.sampled_from(
        [
            r"(a|b)*?c",
            r"(?<!a)b+(?=c)",
            r"(\w)\1",
            r"^a.*b$",
            r"a{2,3}?b*",
            r"[^a]\b",
            r"(?>a*)b",
            r"a*+b",
            r"(?:ab|a)(?:c|bc)",
        ]
    ),
    st.text("abc \n", max_size=12),
)
def test_steps_are_those_of_re(pattern, text):
    compiled = re.compile(pattern)
    expected, at = [], 0
    while at <= len(text):
        match = compiled.match(text, at)
        if match:
            expected.append(match.span())
        at = at + 1 if not match or match.end() == at else match.end()
    assert Steps(compiled).spans(text) == expected
