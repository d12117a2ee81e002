"""Passwords hashed as Django does it, in a thousandth of the time: what is costly there is costly to tests that sign in."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickPBKDF2(PBKDF2PasswordHasher):
    iterations = 1_000
