"""The second signature of a checkpoint, SM2 over SM3 (meiri.sm2), in a line of its own name: `<origin>/sm2`.

C2SP's signed-note assigns no type to SM2. So the key's id is made of the type 255, behind it the algorithm by its number in GM/T 0006, and
the public key as a point that is not compressed (65 bytes). The signature, in DER, is over the text of the note.
"""

from meiri.sm2 import ALGORITHM, Sm2Key, is_sm2_signed
from meiri.trust.notes import UNASSIGNED, NoteSignature, SignedNote, key_id


def name_of_sm2(origin: str) -> str:
    return f"{origin}/sm2"


def id_of_sm2(origin: str, public: bytes) -> bytes:
    return key_id(name_of_sm2(origin), UNASSIGNED, ALGORITHM.encode() + b"\4" + public)


def sign_with_sm2(key: Sm2Key, origin: str, text: str) -> NoteSignature:
    return NoteSignature(name_of_sm2(origin), id_of_sm2(origin, key.public), key.sign(text.encode()))


def sm2_signature_on(note: SignedNote, origin: str, public: bytes) -> bool | None:
    """Whether the line of `public` is right; None where it has none."""
    known = name_of_sm2(origin), id_of_sm2(origin, public)
    for one in note.signatures:
        if (one.name, one.key_id) == known:
            return is_sm2_signed(note.text.encode(), one.signed, public)
    return None
