"""What an article still lacks before it is published: drafts are saved without it."""

from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError

from meiri.newsroom.publication_checks import Finding, PublicationCheck


class CompletenessCheck(PublicationCheck):
    """What the form asks for is there, and every block of the body is filled in."""

    label = "完整"

    def findings(self, version, revision, by) -> Iterable[Finding]:
        # What the system publishes was looked at when it was stored.
        return faults_of(version) if by is not None else ()


def faults_of(article) -> Iterator[Finding]:
    """A finding for each field and each block of the body that is not as it must be."""
    try:
        # What the newsroom sets by itself is no matter of the form.
        article.full_clean(exclude=["created_by", "home_station", "locked_by"], validate_constraints=False)
    except ValidationError as error:
        for name, reasons in error.message_dict.items():
            sentence = f"{label_of(article, name)}{' '.join(reasons)}"
            yield Finding("article.incomplete", sentence, place=name if is_field(article, name) else "")
    for number, child in enumerate(article.body, start=1):
        try:
            child.block.clean(child.value)
        except ValidationError:
            sentence = f"正文第 {number} 块（{child.block.label}）没有填完或填写有误。"
            yield Finding("article.incomplete", sentence, place=f"body:{child.id}")


def is_field(article, name: str) -> bool:
    return name in {field.name for field in article._meta.get_fields()}


def label_of(article, name: str) -> str:
    return f"{article._meta.get_field(name).verbose_name}：" if is_field(article, name) else ""
