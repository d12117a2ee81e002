"""Names that a template of Meiri's uses and that are not there: an error in development and in tests; in production the name is left
out, and the log says so once for each process.

Readers' templates are Jinja's: `undefined_type`. The newsroom's are Django's, which leaves out what is missing without a word:
`Loader` is what Django loads them by. It watches the package's own templates alone, also where they extend or include one of Wagtail's:
those count on names that are missing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Template, Variable, VariableDoesNotExist
from django.template.base import FilterExpression, Lexer, NodeList, Parser
from django.template.defaultfilters import default, default_if_none
from django.template.defaulttags import IfNode
from django.template.loaders.base import Loader as BaseLoader
from django.template.loaders.cached import Loader as Cached
from jinja2 import StrictUndefined, Undefined

logger = logging.getLogger(__name__)

OWN = Path(__file__).parent
# Sentences that were logged; a program that makes up names must not fill memory.
MOST = 1000
_logged: set[str] = set()
# The first name that was missed while a condition is worked out: Django's operators swallow every error.
_missed: ContextVar["list[UndefinedName] | None"] = ContextVar("missed", default=None)


class UndefinedName(Exception):
    """A template of the newsroom uses a name that is not there."""


def log_once(sentence: str) -> None:
    if sentence not in _logged and len(_logged) < MOST:
        _logged.add(sentence)
        logger.error("%s", sentence, stack_info=True)


class LoggedUndefined(Undefined):
    """Jinja's lenient undefined name: empty where it is shown, false where it is asked. To ask something of it is an error."""

    __slots__ = ()

    def _told(self) -> None:
        log_once(f"A template leaves a name out: {self._undefined_message}")

    def __str__(self) -> str:
        self._told()
        return super().__str__()

    def __iter__(self) -> Iterator[Any]:
        self._told()
        return super().__iter__()

    def __bool__(self) -> bool:
        self._told()
        return super().__bool__()


def undefined_type() -> type[Undefined]:
    """What Jinja makes of a name that is not there."""
    return StrictUndefined if settings.STRICT_TEMPLATES else LoggedUndefined


class _Watching(BaseLoader):
    def get_template(self, template_name, skip=None) -> Template:
        found = super().get_template(template_name, skip)
        if not Path(found.origin.name).is_relative_to(OWN):
            return found
        return WatchedTemplate(found.source, found.origin, template_name, self.engine)


class Loader(Cached, _Watching):
    """Loads templates by the loaders that it is given, once; those of this package tell of names that are missing."""


class WatchedTemplate(Template):
    def compile_nodelist(self):
        parser = _Parser(
            Lexer(self.source).tokenize(),
            self.engine.template_libraries,
            self.engine.template_builtins,
            self.origin,
        )
        nodes = parser.parse()
        self.extra_data = parser.extra_data
        return nodes


class _Parser(Parser):
    def compile_filter(self, token):
        expression = FilterExpression(token, self)
        has_default = any(function in (default, default_if_none) for function, _ in expression.filters)
        if expression.is_var and not has_default:
            expression.var = _Variable(expression.var.var, self.origin)
        return expression

    def extend_nodelist(self, nodelist, node, token):
        if isinstance(node, IfNode):
            asked: list[tuple[Any, NodeList]] = [
                (condition and _Condition(condition), nodes) for condition, nodes in node.conditions_nodelists
            ]
            node.conditions_nodelists = asked
        super().extend_nodelist(nodelist, node, token)


class _Variable(Variable):
    def __init__(self, var: str, origin):
        super().__init__(var)
        self.origin = origin

    def resolve(self, context):
        try:
            return super().resolve(context)
        except VariableDoesNotExist:
            sentence = f"{self.origin.template_name} leaves a name out: {self.var}"
            if not settings.STRICT_TEMPLATES:
                log_once(sentence)
                raise
            missed = UndefinedName(sentence)
            if (collected := _missed.get()) is not None:
                collected.append(missed)
            raise missed from None


class _Condition:
    """What `{% if %}` asks."""

    def __init__(self, condition):
        self.condition = condition

    def eval(self, context) -> object:
        if not settings.STRICT_TEMPLATES:
            return self.condition.eval(context)
        with _collecting() as missed:
            answer = self.condition.eval(context)
        if missed:
            raise missed[0]
        return answer


@contextmanager
def _collecting() -> Iterator[list[UndefinedName]]:
    missed: list[UndefinedName] = []
    token = _missed.set(missed)
    try:
        yield missed
    finally:
        _missed.reset(token)
