"""The files that a message of mail brings (RFC 5322, MIME)."""

import email
import email.policy
import re
from email.message import EmailMessage

MOST_ATTACHMENTS = 20


def files_of_message(data: bytes) -> list[tuple[str, bytes]]:
    """The attachments of a message by their names, without folders; its text as a file where there are none. Done in a guarded process."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        return []
    files: list[tuple[str, bytes]] = []
    for number, part in enumerate(message.iter_attachments()):
        content = part.get_payload(decode=True)
        if number < MOST_ATTACHMENTS and isinstance(content, bytes) and content:
            given = re.sub(r"[\x00-\x1f/\\:]", "_", part.get_filename() or "").lstrip(".")
            files.append((f"{number + 1}-{given[-100:] or 'attachment'}", content))
    if files:
        return files
    body = message.get_body(preferencelist=("html", "plain"))
    content = body.get_content() if body is not None else ""
    if not content.strip():
        return []
    is_markup = body is not None and body.get_content_subtype() == "html"
    return [("正文.html" if is_markup else "正文.txt", content.encode(errors="replace"))]
