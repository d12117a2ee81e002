"""Whether pictures can be signed, and for how long readers of manifests accept what is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cryptography import x509
from django.core.exceptions import ImproperlyConfigured

from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.media import bucket_health as bucket_health  # its checks register themselves
from meiri.media.site_certificate import certificate_file, site_certificate
from meiri.operations.nodes import register_shared_key

register_shared_key(certificate_file)

SOON = timedelta(days=60)


@health_check("pictures.certificate")
def pictures_can_be_signed() -> Iterator[HealthFinding]:
    try:
        leaf = x509.load_pem_x509_certificates(site_certificate().chain)[0]
    except ImproperlyConfigured as error:
        yield broken(str(error), "give MEIRI_C2PA_FILE a file as docs/pictures.md says, or none")
        return
    until = leaf.not_valid_after_utc
    if until - SOON < datetime.now(UTC):
        yield warning(
            f"the certificate that pictures are signed with ends on {until:%Y-%m-%d}",
            "give MEIRI_C2PA_FILE a new one; without that setting, put c2pa.key aside and a new one is made",
        )
    else:
        yield fine(f"pictures are signed until {until:%Y-%m-%d}")
