"""Every kind of block says all that is asked of it: `meiri check`, and with it `make lint`, fails where one does not."""

from django.core.checks import Error, register

from meiri.newsroom.body.block import BodyBlock
from meiri.newsroom.body.stream import body_blocks


@register("newsroom")
def every_kind_is_whole(app_configs, **options) -> list[Error]:
    faults = []
    for name, kind in body_blocks().items():
        if not isinstance(kind, BodyBlock):
            faults.append(
                Error(
                    f"The block “{name}” of an article's body is no BodyBlock.",
                    hint="Derive its class from meiri.newsroom.body.block.BodyBlock or StructBodyBlock.",
                    id="newsroom.E001",
                )
            )
        elif undefined := undefined_methods(type(kind)):
            faults.append(
                Error(
                    f"The block “{name}” of an article's body does not define {', '.join(undefined)}.",
                    hint="See the abstract methods of meiri.newsroom.body.block.BodyBlock.",
                    id="newsroom.E002",
                )
            )
        elif not (path := kind.deconstruct()[0]).startswith("wagtail."):
            faults.append(
                Error(
                    f"Migrations would name {path} for the block “{name}” of an article's body.",
                    hint="Say in `migrated_as` which block of Wagtail's it is to the database.",
                    id="newsroom.E003",
                )
            )
    return faults


def undefined_methods(kind: type[BodyBlock]) -> list[str]:
    # Wagtail's blocks have a metaclass of their own: that of ABC, which would refuse the class, can't be theirs too.
    return [name for name in dir(kind) if getattr(getattr(kind, name, None), "__isabstractmethod__", False)]
