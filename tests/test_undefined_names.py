"""Names that templates use and that are not there."""

import logging

import pytest
from django.template import Context, TemplateDoesNotExist, engines
from jinja2 import UndefinedError

from meiri import undefined_names
from meiri.undefined_names import UndefinedName, WatchedTemplate
from meiri.web.jinja import environment


def desk_template(source: str) -> WatchedTemplate:
    """A template as one of the newsroom's own is loaded."""
    engine = engines["django"].engine
    origin = engine.get_template("newsroom/correct.html").origin
    return WatchedTemplate(source, origin, origin.template_name, engine)


def shown(template: WatchedTemplate, **names) -> str:
    return template.render(Context(names))


@pytest.fixture
def lenient(settings, monkeypatch, caplog):
    """As in production, with nothing logged yet."""
    settings.STRICT_TEMPLATES = False
    monkeypatch.setattr(undefined_names, "_logged", set())
    caplog.set_level(logging.ERROR, logger="meiri.undefined_names")
    return caplog


class Editor:
    name = "林晚舟"


@pytest.mark.parametrize(
    "source",
    [
        "{{ edtor }}",
        "{{ editor.nmae }}",
        "{{ edtor|upper }}",
        "{% if edtor %}x{% endif %}",
        "{% if editor and edtor %}x{% endif %}",
        "{% if editor %}{% elif edtor %}{% endif %}{% if not edtor.name == 'x' %}{% endif %}",
        "{% for e in edtors %}{% endfor %}",
        "{% with name=edtor.name %}{{ name }}{% endwith %}",
    ],
)
def test_the_newsrooms_templates_fail_in_tests(source):
    with pytest.raises(UndefinedName, match=r"newsroom/correct\.html leaves a name out: ed"):
        shown(desk_template(source), editor=Editor())


def test_a_default_says_what_stands_in_place_of_a_name():
    assert shown(desk_template("{{ edtor|default:'无' }}{{ editor.name }}"), editor=Editor()) == "无林晚舟"


def test_wagtails_own_templates_may_leave_names_out():
    template = engines["django"].get_template("wagtailadmin/login.html")
    assert not isinstance(template.template, WatchedTemplate)


def test_the_newsrooms_templates_are_watched():
    assert isinstance(engines["django"].get_template("newsroom/correct.html").template, WatchedTemplate)
    with pytest.raises(TemplateDoesNotExist):
        engines["django"].get_template("newsroom/korrect.html")


def test_in_production_the_name_is_left_out_and_logged_once(lenient):
    template = desk_template("<p>{{ edtor }}{% if edtor.name and editor %}x{% endif %}</p>")
    for _ in range(3):
        assert shown(template, editor=Editor()) == "<p></p>"
    assert [record.levelname for record in lenient.records] == ["ERROR", "ERROR"]
    assert "newsroom/correct.html leaves a name out: edtor" in lenient.text


def test_readers_templates_do_the_same(lenient, settings):
    template = environment().from_string(
        "<p>{{ edtor }}{% if edtor %}x{% endif %}{% for e in edtor %}x{% endfor %}</p>"
    )
    for _ in range(3):
        assert template.render() == "<p></p>"
    assert len(lenient.records) == 1
    assert "'edtor' is undefined" in lenient.text
    settings.STRICT_TEMPLATES = True
    with pytest.raises(UndefinedError):
        environment().from_string("{{ edtor }}").render()


def test_a_log_never_grows_without_end(lenient):
    for number in range(undefined_names.MOST + 5):
        undefined_names.log_once(str(number))
    assert len(lenient.records) == undefined_names.MOST
