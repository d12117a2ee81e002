"""What an article still lacks before it is sent for review or published: drafts are saved without it."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.blocks import StreamValue

# How many faults one message names.
SHOWN = 6


class Incomplete(PublishPermissionError):
    """The article can't be sent on as it is. Its text says what is missing, for the editor."""


def check_complete(article) -> None:
    """Raise `Incomplete` where `article` (as of a version) lacks what its form asks for."""
    faults = list(faults_of(article))
    if faults:
        more = f"等 {len(faults)} 处" if len(faults) > SHOWN else ""
        raise Incomplete(f"稿件还没有写完整：{'；'.join(faults[:SHOWN])}{more}。")


def faults_of(article) -> Iterator[str]:
    """A sentence for each field and each block of the body that is not as it must be."""
    try:
        # What the newsroom sets by itself is no matter of the form.
        article.full_clean(exclude=["created_by", "home_station", "locked_by"], validate_constraints=False)
    except ValidationError as error:
        for name, reasons in error.message_dict.items():
            yield f"{label_of(article, name)}{' '.join(reasons)}".rstrip("。")
    yield from faults_of_body(article.body)


def label_of(article, name: str) -> str:
    if name not in {field.name for field in article._meta.get_fields()}:
        return ""
    return f"{article._meta.get_field(name).verbose_name}："


def faults_of_body(body: StreamValue) -> Iterator[str]:
    for number, child in enumerate(body, start=1):
        try:
            child.block.clean(child.value)
        except ValidationError:
            yield f"正文第 {number} 块（{child.block.label}）没有填完或填写有误"
