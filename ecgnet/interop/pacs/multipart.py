"""The one part of a multipart/related answer. Source: RFC 2046 5.1, DICOM PS3.18 8.7.3."""

from __future__ import annotations

from email.message import Message

from ecgnet.language import say


class MultipartError(ValueError):
    """An answer that is no multipart message with one whole part."""


def only_part(body: bytes, content_type: str) -> bytes:
    """The bytes of the first part, or the whole body of an answer that is application/dicom itself.

    >>> only_part(b"--x\\r\\nContent-Type: application/dicom\\r\\n\\r\\nDATA\\r\\n--x--", "multipart/related; boundary=x")
    b'DATA'

    Raises MultipartError for a message that is cut short, or is none."""
    header = Message()
    header["Content-Type"] = content_type
    if header.get_content_type() == "application/dicom":
        return body
    boundary = header.get_param("boundary")
    if header.get_content_maintype() != "multipart" or not isinstance(boundary, str) or not boundary:
        raise MultipartError(say("no multipart message"))
    mark = b"--" + boundary.encode("latin-1", "replace")
    _, opened, rest = body.partition(mark)
    _, headed, rest = rest.partition(b"\r\n\r\n")
    part, closed, _ = rest.partition(b"\r\n" + mark)
    if not (opened and headed and closed):
        raise MultipartError(say("the message is cut short"))
    return part
