"""Whether the public log goes on from what was signed, and its witnesses with it."""

from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured

from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.sm2 import sm2_key
from meiri.trust.checkpoints import Checkpoint
from meiri.trust.log_files import log_files
from meiri.trust.log_signing import LogForked, key_file, log_key, signed_before
from meiri.trust.models import next_index
from meiri.trust.notes import BadNote, SignedNote
from meiri.trust.sm2_notes import sm2_signature_on
from meiri.trust.witnesses import witnesses

# Leaves that may wait to be signed before it is worth a word: a long journal is entered in steps of as many.
FAR_BEHIND = 65_536


@health_check("public log")
def log_goes_on() -> Iterator[HealthFinding]:
    try:
        asked = witnesses()
    except BadNote as error:
        yield broken(str(error), "correct MEIRI_WITNESSES (docs/trust.md)")
        return
    count, files = next_index(), log_files()
    if count == 0 and not key_file().exists():
        yield fine("nothing was entered yet")
        return
    try:
        signed = signed_before(log_key(), files)
    except LogForked as error:
        yield broken(str(error), "nothing more is signed until it fits; type: meiri verify (docs/trust.md)")
        return
    size = signed.size if signed else 0
    if not 0 <= count - size <= FAR_BEHIND:
        yield warning(f"{count} leaves, {size} of them signed", "see whether meiri work runs, and its log")
    else:
        yield fine(f"{size} leaves are signed")
    note = files.checkpoint()
    for witness in asked if note else ():
        if witness.key.signature_on(SignedNote.read(note or "")) is None:
            yield warning(
                f"{witness.key.name} has not cosigned the newest checkpoint",
                f"see whether it answers at {witness.url}",
            )


@health_check("sm2.key", needs_database=False)
def second_signatures_are_made() -> Iterator[HealthFinding]:
    try:
        sm2 = sm2_key()
    except ImproperlyConfigured as error:
        yield broken(str(error), "put sm2.key back from where you keep it (docs/backups.md)")
        return
    if sm2 is None:
        yield fine("MEIRI_SM2 is off")
        return
    note = log_files().checkpoint()
    signed = SignedNote.read(note) if note else None
    if signed is None:
        yield fine("checkpoints, review sheets and press cards are signed with SM2 too")
        return
    is_right = sm2_signature_on(signed, Checkpoint.read(signed.text).origin, sm2.public)
    if is_right is None:
        yield fine("the newest checkpoint has no signature of this key yet; the next one will")
    elif is_right:
        yield fine("the newest checkpoint is signed with SM2 too")
    else:
        yield broken("the signature with SM2 on the newest checkpoint is not right", "type: meiri verify")
