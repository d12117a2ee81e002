"""Every kind of block of an article's body has a template for readers: `meiri check` fails where one has none."""

from typing import cast

from django.core.checks import Error, register
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from jinja2 import BaseLoader, TemplateNotFound

from meiri.newsroom.body.stream import body_blocks


@register("web")
def every_body_block_has_a_template(app_configs, **options) -> list[Error]:
    return [
        Error(f"The block “{name}” of an article's body has no template {template}.", id="web.E001")
        for name in body_blocks()
        if not _is_template(template := f"web/blocks/{name}.html")
    ]


def _is_template(name: str) -> bool:
    # Every command runs the checks: the template is looked up, not compiled.
    environment = cast(Jinja2, engines["jinja2"]).env
    try:
        cast(BaseLoader, environment.loader).get_source(environment, name)
    except TemplateNotFound:
        return False
    return True
