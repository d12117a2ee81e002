"""What is used of allauth beyond its public interface. No other module may import it.

A release of allauth may change any of it, so a test names the release it was read in: 65.21.
"""

from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.internal.flows.manage_email import email_already_exists
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

__all__ = [
    "compare_user_code",
    "email_already_exists",
    "format_hotp_value",
    "get_authentication_records",
    "hotp_value",
    "perform_login",
    "raise_if_reauthentication_required",
    "record_authentication",
    "yield_hotp_counters_from_time",
]
