"""`meiri recover NAME`: let somebody back in who lost the device of the second factor."""

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from meiri.journal.log import append
from meiri.members.contacts import account_of, contact_of
from meiri.members.events import AccountRecovered
from meiri.members.models import User
from meiri.members.noting import named
from meiri.security.log import note_event
from meiri.security.models import Event


class Command(BaseCommand):
    help = "Remove the second factor of an account; the next sign-in to the newsroom leads to setting up a new one."

    def add_arguments(self, parser):
        parser.add_argument("name", help="user name, mail address or phone number")

    @transaction.atomic
    def handle(self, *, name, **options):
        contact = contact_of(name)
        user = User.objects.filter(username=name).first() or (account_of(contact) if contact else None)
        if user is None:
            raise CommandError(f"There is no account {name}.")
        Authenticator.objects.filter(user=user).delete()
        note_event(Event.FACTOR_RECOVERED, about=named(user))
        append(AccountRecovered(user=user.pk), "system")
        self.stdout.write(f"The second factor of {name} is removed; the password is as it was.")
