"""A name stands for one idea: a class is defined once, a module that several apps have is the same thing in each."""

import ast
import re
from collections import defaultdict

from tests.conftest import PROJECT
from tests.docs.markdown import code, rows

PACKAGE = PROJECT / "src/meiri"
# Names that Django, Wagtail and the commands give, in every app or module that has such a thing.
GIVEN_CLASSES = {"Command"}
# Modules of one name in several apps: the same thing for each app, and what it is.
SAME_IDEA = {
    "apps": "Django's configuration of the app",
    "models": "Django's models",
    "urls": "Django's addresses",
    "views": "Django's views",
    "forms": "Django's forms",
    "middleware": "Django's middleware",
    "wagtail_hooks": "what the app adds to Wagtail's admin",
    "permissions": "the app's rules, registered with the policy",
    "account_part": "what the app shows on a member's account page",
    "addresses": "how addresses of the app are made and checked",
    "api": "the app's part of the public API",
    "checks": "Django's system checks",
    "stream": "the body of an article as a stream of blocks",
    "health": "whether the app's parts work, and numbers about them",
    "waiting": "what of the app waits for whom",
    "text": "a text of paragraphs: as a block, as what is read",
    "blocks": "blocks of a body, of a front, of a page that is read",
    "corrections": "corrections of articles, as rows and as the page that lists them",
    "editing": "the form in which editors change the app's things",
    "editions": "the editions of a page",
    "events": "the kinds of entries that the app writes into the journal",
    "fastpath": "what is answered on the event loop",
    "handling": "the deeds of a desk",
    "inbox": "what waits in the admin for people to handle",
    "identity": "the site's name and signs",
    "limits": "how often somebody may do something of the app's",
    "listing": "a list of rows in the admin, newest first",
    "log": "append to a log and read it again",
    "pages": "pages that editors lay out, and who may",
    "people": "those who work in the newsroom: how they are found, kept, and made for the sample",
    "personal_data": "what the app holds about a member",
    "pictures": "pictures of an article",
    "pinyin": "how Chinese is read",
    "writing": "the forms in which visitors write",
}


def modules():
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def test_a_class_name_is_defined_once():
    defined = defaultdict(list)
    for path in modules():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name not in GIVEN_CLASSES:
                defined[node.name].append(str(path.relative_to(PACKAGE)))
    assert {name: paths for name, paths in defined.items() if len(paths) > 1} == {}


def test_a_module_name_stands_once_in_an_app_and_for_one_idea_in_several():
    by_app, everywhere = defaultdict(list), defaultdict(set)
    for path in modules():
        parts = path.relative_to(PACKAGE).parts
        if path.stem != "__init__" and "commands" not in parts and "templatetags" not in parts:
            by_app[parts[0], path.stem].append(path)
            everywhere[path.stem].add(parts[0])
    assert [paths for paths in by_app.values() if len(paths) > 1] == []
    assert {name for name, apps in everywhere.items() if len(apps) > 1} - set(SAME_IDEA) == set()


def test_technical_words_of_the_glossary_are_in_the_code():
    terms = rows("docs/glossary.md", "term")
    assert len(terms) > 20
    for term, names, _, where in terms:
        texts = [(PACKAGE / path).read_text() for path in code(where)]
        assert texts, term
        for name in code(names):
            assert any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts), f"{term}: {name}"
