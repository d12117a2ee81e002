"""Every kind of block of an article's body has a template for readers: `meiri check` fails where one has none."""

from django.core.checks import Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from meiri.newsroom.body.stream import body_blocks


@register("web")
def every_body_block_has_a_template(app_configs, **options) -> list[Error]:
    return [
        Error(f"The block “{name}” of an article's body has no template {template}.", id="web.E001")
        for name in body_blocks()
        if not _is_template(template := f"web/blocks/{name}.html")
    ]


def _is_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True
