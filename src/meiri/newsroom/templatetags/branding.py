"""The site's name and signs for the admin's templates."""

from django import template

from meiri.identity import Identity, identity

register = template.Library()


@register.simple_tag
def site_name() -> str:
    return identity().name


@register.simple_tag
def site_identity() -> Identity:
    return identity()
