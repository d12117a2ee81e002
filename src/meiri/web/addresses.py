"""What addresses of the reader's site are made of."""

from django.urls.converters import StringConverter

from meiri.sections.models import CHANNEL_ADDRESS


class ChannelAddress(StringConverter):
    """The first part of a channel's address: a slug that no other part of the site has taken."""

    regex = CHANNEL_ADDRESS


class AddressWord(StringConverter):
    """The last part of a sub-column's address."""

    regex = "[a-z][a-z0-9-]*"


class Year(StringConverter):
    regex = "[12][0-9]{3}"


class TwoDigits(StringConverter):
    regex = "[0-9]{2}"


class MonthAndDay(StringConverter):
    regex = "[0-9]{4}"
