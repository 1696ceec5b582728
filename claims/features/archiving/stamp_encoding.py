"""Read and write the DER encoding of timestamps (RFC 3161) where the library cannot."""

from collections.abc import Iterator
from typing import NamedTuple

#: A TimeStampReq up to the hash: version 1 and the algorithm SHA-256.
_SHA256_IMPRINT = bytes.fromhex("020101 3031 300d 0609608648016503040201 0500 0420")
_CERTIFICATE_REQUEST = bytes.fromhex("0101ff")
NONCE_BYTES = 16
#: The tag of the SignedData field that contains the certificates.
_CERTIFICATES_TAG = 0xA0


class _Element(NamedTuple):
    """A DER element: its tag, and the positions of its start, of its content and of its end."""

    tag: int
    start: int
    content_start: int
    end: int


def build_timestamp_request(sha256: str, nonce: int) -> bytes:
    """Build a TimeStampReq from a hash; the library's own function needs the whole file, of up to 2 GB."""
    encoded_nonce = nonce.to_bytes(NONCE_BYTES)
    request_content = (
        _SHA256_IMPRINT
        + bytes.fromhex(sha256)
        + bytes([0x02, len(encoded_nonce)])
        + encoded_nonce
        + _CERTIFICATE_REQUEST
    )
    return bytes([0x30, len(request_content)]) + request_content


def extract_token(response: bytes) -> bytes:
    """Return the TimeStampToken of a TimeStampResp, unchanged byte for byte. Raises ValueError."""
    token = _find_token_elements(response)
    return response[token.start : token.end]


def sort_certificates(response: bytes) -> bytes:
    """Return the TimeStampResp with its certificates in DER order.

    OpenSSL keeps certificates in the order received, but the library accepts only DER order. The
    signature does not cover the certificates.

    Raises:
        ValueError: the content is not a TimeStampResp.
    """
    _type, signed_content = _list_children(response, _find_token_elements(response))[:2]
    signed_data = _list_children(response, _list_children(response, signed_content)[0])
    certificate_set = next((element for element in signed_data if element.tag == _CERTIFICATES_TAG), None)
    if certificate_set is None:
        return response
    sorted_certificates = sorted(
        response[element.start : element.end] for element in _list_children(response, certificate_set)
    )
    return (
        response[: certificate_set.content_start]
        + b"".join(sorted_certificates)
        + response[certificate_set.end :]
    )


def _find_token_elements(response: bytes) -> _Element:
    elements = _iterate_elements(response, 0, len(response))
    parts = _list_children(response, next(elements, _Element(0, 0, 0, 0)))
    if len(parts) < 2:
        raise ValueError("no token")
    return parts[1]


def _list_children(content: bytes, parent: _Element) -> list[_Element]:
    children = list(_iterate_elements(content, parent.content_start, parent.end))
    if not children:
        raise ValueError("an element is empty")
    return children


def _iterate_elements(content: bytes, start: int, end: int) -> Iterator[_Element]:
    while start < end:
        if start + 2 > end:
            raise ValueError("an element is cut off")
        length, content_start = content[start + 1], start + 2
        if length >= 0x80:
            length_byte_count = length - 0x80
            if not 1 <= length_byte_count <= 4:
                raise ValueError("a length is not valid DER")
            length = int.from_bytes(content[content_start : content_start + length_byte_count])
            content_start += length_byte_count
        if content_start + length > end:
            raise ValueError("an element is cut off")
        yield _Element(content[start], start, content_start, content_start + length)
        start = content_start + length
