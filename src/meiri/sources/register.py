"""The register of bodies whose articles may be reprinted, and how one is found by whatever name it goes."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from meiri.journal.public_models import NotPublic
from meiri.sources.name_keys import LONGEST_KEY, domain_of, domains_above, name_key

LONGEST_NAME = 80
# Other names and domains of one body.
MOST_KEYS = 60


class ListingState(models.TextChoices):
    VALID = "valid", "可转载"
    FROZEN = "frozen", "暂停转载"
    REMOVED = "removed", "已移出名单"


class SourceListing(models.Model):
    """One body in the register. `aliases` and `domains` have a line each."""

    edition = models.CharField("版次", max_length=20, blank=True, help_text="名单的公布时间，如“2025-06”。")
    category = models.CharField("类别", max_length=40, blank=True, db_index=True)
    name = models.CharField("单位名称", max_length=LONGEST_NAME, unique=True)
    aliases = models.TextField("别名", blank=True, help_text="一行一个：报刊、网站、客户端、账号的名称。")
    domains = models.TextField("网站域名", blank=True, help_text="一行一个，如“example.cn”。")
    state = models.CharField(
        "状态", max_length=7, choices=ListingState.choices, default=ListingState.VALID, db_index=True
    )
    since = models.DateField("起始日期", null=True, blank=True)
    until = models.DateField("截止日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    changed_at = models.DateTimeField("最后修改", auto_now=True)

    public = NotPublic("whom the newsroom may reprint")

    class Meta:
        verbose_name = "名录单位"
        verbose_name_plural = "稿源名录"
        ordering = ["name"]

    def __str__(self):
        return self.name

    def clean(self):
        if self.since and self.until and self.until < self.since:
            raise ValidationError({"until": "截止日期早于起始日期。"})
        domains = [line for line in self.domains.splitlines() if line.strip()]
        if wrong := next((line for line in domains if not domain_of(line)), None):
            raise ValidationError({"domains": f"“{wrong.strip()[:60]}”不是域名。"})
        names = self._names()
        if not name_key(self.name):
            raise ValidationError({"name": "请填写单位名称。"})
        if len(names) + len(domains) > MOST_KEYS:
            raise ValidationError(f"别名和域名合计不超过 {MOST_KEYS} 个。")
        for field, kind, keys in (
            ("aliases", KeyKind.NAME, names),
            ("domains", KeyKind.DOMAIN, {domain_of(line) for line in domains}),
        ):
            other = ListingKey.objects.filter(kind=kind, key__in=keys).exclude(listing=self.pk or 0)
            if taken := other.select_related("listing").first():
                raise ValidationError({field: f"“{taken.key}”已是“{taken.listing.name}”的名称或域名。"})

    def _names(self) -> set[str]:
        return {key for text in (self.name, *self.aliases.splitlines()) if (key := name_key(text))}

    @transaction.atomic
    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        self.keys.all().delete()
        ListingKey.objects.bulk_create(self.new_keys())

    def new_keys(self) -> Iterator["ListingKey"]:
        """The keys that it is found by, not stored yet."""
        for key in sorted(self._names()):
            yield ListingKey(listing=self, kind=KeyKind.NAME, key=key)
        for domain in sorted({d for line in self.domains.splitlines() if (d := domain_of(line))}):
            yield ListingKey(listing=self, kind=KeyKind.DOMAIN, key=domain)

    def is_valid_on(self, day: date) -> bool:
        """Whether it may be reprinted on `day`."""
        return (
            self.state == ListingState.VALID
            and (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
        )

    def state_in_words(self, day: date | None = None) -> str:
        day = day or timezone.localdate()
        if self.state != ListingState.VALID or self.is_valid_on(day):
            return self.get_state_display()
        return "已过期" if self.until and self.until < day else "尚未开始"


class KeyKind(models.TextChoices):
    NAME = "name", "名称"
    DOMAIN = "domain", "域名"


class ListingKey(models.Model):
    """A name or a domain by which a body is looked up: see `name_keys.py`."""

    listing = models.ForeignKey(SourceListing, on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=6, choices=KeyKind.choices)
    key = models.CharField(max_length=LONGEST_KEY)

    public = NotPublic("a part of the register")

    class Meta:
        verbose_name = "名录检索词"
        verbose_name_plural = "名录检索词"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="listing_key_of_one")]

    def __str__(self):
        return self.key


def listing_named(name: str) -> SourceListing | None:
    """The body of that name, or that has it for an alias. One query."""
    return listings_named([name]).get(name)


def listings_named(names: Iterable[str]) -> dict[str, SourceListing]:
    """The bodies by those of `names` that are theirs. One query."""
    wanted = {name: name_key(name) for name in names}
    found = ListingKey.objects.filter(kind=KeyKind.NAME, key__in=set(filter(None, wanted.values())))
    by_key = {key.key: key.listing for key in found.select_related("listing")}
    return {name: by_key[key] for name, key in wanted.items() if key in by_key}


def listing_at(address: str) -> SourceListing | None:
    """The body on whose domain `address` is, the nearest one. One query."""
    above = domains_above(domain_of(address))
    if not above:
        return None
    found = ListingKey.objects.filter(kind=KeyKind.DOMAIN, key__in=above).select_related("listing")
    return max(found, key=lambda key: len(key.key)).listing if found else None


def listings_found(words: str) -> models.QuerySet[SourceListing]:
    """The bodies that have all of `words` in one of their names, or in a domain."""
    found = SourceListing.objects.all()
    for word in words.split()[:5]:
        key, domain = name_key(word), word.lower()
        wanted = models.Q(kind=KeyKind.NAME, key__contains=key) if key else models.Q()
        wanted |= models.Q(kind=KeyKind.DOMAIN, key__contains=domain)
        found = found.filter(pk__in=ListingKey.objects.filter(wanted).values("listing"))
    return found


def is_kept() -> bool:
    """Whether the newsroom keeps a register: an empty one binds nobody."""
    return SourceListing.objects.exists()
