"""Under which name and signs the site appears. Editors say it under 站点信息; what they leave empty is the sample's.

Apps of every layer ask here; `SITE_IDENTITY` names who knows.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

# What a paper's name ends with; without it people still mean the paper.
_ENDS = re.compile("(?:网|报|日报|晚报|周报|社|台)$")


@dataclass(frozen=True)
class Identity:
    """The names of the site, of its stations together and of its magazine; addresses of its pictures, "" where there is none."""

    name: str = "每日新闻网"
    stations: str = "每日地方"
    magazine: str = "每日新闻杂志"
    wordmark: str = ""
    mark: str = ""

    @property
    def is_samples(self) -> bool:
        """Whether the drawn wordmark of the sample says this name."""
        return self.name == Identity.name and not self.wordmark

    @property
    def short_names(self) -> tuple[str, ...]:
        """By what readers may call the site: its name, with and without what names of papers end with."""
        short = _ENDS.sub("", self.name)
        return (self.name, short) if len(short) > 1 else (self.name,)


def identity() -> Identity:
    """The site's identity as it is now. Costs nothing while the journal stands still."""
    return import_string(settings.SITE_IDENTITY)()


def site_name() -> str:
    return identity().name
