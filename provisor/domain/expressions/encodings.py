"""Functions that write text as bytes in base64 or hexadecimal digits, and read it back."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

from provisor.domain.expressions.bounds import check_size, refuse
from provisor.domain.expressions.function import (
    Argument,
    Function,
    Parameter,
    Tier,
    Type,
    each,
)
from provisor.domain.record import ABSENT, Value, as_text, is_blank

_ENCODINGS: Final[Mapping[str, str]] = {
    "Unicode": "utf-16-le",
    "ASCII": "ascii",
    "UTF8": "utf-8",
}
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_SPACES: Final = dict.fromkeys(map(ord, " \t\r\n"))


def convert_to_base64(source: Argument) -> Value:
    """Writes the bytes of a text in base64; the bytes are UTF-16 with the low byte first.

    That is what .NET calls Unicode. Null stays null.

    Source: Entra, "ConvertToBase64".

    Example:
        >>> convert_to_base64("Hello world!"), convert_to_base64("")
        ('SABlAGwAbABvACAAdwBvAHIAbABkACEA', '')
    """
    return each(source, lambda text: _as_base64(_encoded(text, "utf-16-le", "ConvertToBase64")))


def convert_from_base64(source: Argument, encoding: Argument = ABSENT) -> Value:
    """Reads text out of base64, whose bytes are `Unicode` (if nothing is said), `ASCII` or `UTF8`.

    White space is passed over. Null stays null.
    What is not base64, or not text in the encoding, is refused.

    Source: cloud sync, "ConvertFromBase64".

    Example:
        >>> convert_from_base64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")
        'Hello world!'
        >>> convert_from_base64("SGVsbG8gd29ybGQh", "UTF8"), convert_from_base64(None)
        ('Hello world!', None)
    """
    codec = "utf-16-le" if is_blank(encoding) else _ENCODINGS.get(as_text(encoding))
    if codec is None:
        refuse(f"`ConvertFromBase64` knows the encodings {', '.join(_ENCODINGS)}")
    return each(source, lambda text: _decoded(_from_base64(text), codec, "ConvertFromBase64"))


def convert_to_utf8_hex(source: Argument) -> Value:
    """Writes the UTF-8 bytes of a text as hexadecimal digits, in capitals and without separators.

    Null stays null.

    Source: Entra, "ConvertToUTF8Hex".

    Example:
        >>> convert_to_utf8_hex("Hello world!"), convert_to_utf8_hex("")
        ('48656C6C6F20776F726C6421', '')
    """
    return each(source, lambda text: _as_digits(_encoded(text, "utf-8", "ConvertToUTF8Hex")))


def convert_from_utf8_hex(source: Argument) -> Value:
    """Reads text out of the hexadecimal digits of its UTF-8 bytes, small or capital.

    Null stays null. What is not pairs of digits, or not UTF-8, is refused.

    Source: Connect sync, "ConvertFromUTF8Hex".

    Example:
        >>> convert_from_utf8_hex("48656C6C6F20776F726C6421"), convert_from_utf8_hex(None)
        ('Hello world!', None)
    """
    return each(source, lambda text: _decoded(_from_digits(text), "utf-8", "ConvertFromUTF8Hex"))


def base64_in(text: str) -> bytes | None:
    r"""Return the bytes that base64 shows, or None where it is not whole.

    Example:
        >>> base64_in("AQ =="), base64_in("AQ"), base64_in("é")
        (b'\x01', None, None)
    """
    try:
        return base64.b64decode(text.translate(_SPACES), validate=True)
    except (binascii.Error, ValueError):
        return None


def digits_in(text: str) -> bytes | None:
    r"""Return the bytes that pairs of hexadecimal digits show, or None.

    Example:
        >>> digits_in("01fF"), digits_in("0"), digits_in("01 02")
        (b'\x01\xff', None, None)
    """
    return bytes.fromhex(text) if _HEXADECIMAL.fullmatch(text) else None


def _as_base64(data: bytes) -> str:
    check_size(len(data) * 4 // 3)
    return base64.b64encode(data).decode("ascii")


def _as_digits(data: bytes) -> str:
    check_size(len(data) * 2)
    return data.hex().upper()


def _from_base64(text: str) -> bytes:
    data = base64_in(text)
    if data is None:
        refuse("`ConvertFromBase64` is given a text that is not base64")
    return data


def _from_digits(text: str) -> bytes:
    data = digits_in(text)
    if data is None:
        refuse("`ConvertFromUTF8Hex` is given a text that is not pairs of hexadecimal digits")
    return data


def _encoded(text: str, codec: str, asked_by: str) -> bytes:
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        refuse(f"`{asked_by}` is given half a character")


def _decoded(data: bytes, codec: str, asked_by: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        refuse(f"`{asked_by}` is given bytes that are no text in this encoding")


_SOURCE = Parameter("source", type=Type.TEXT)

ENCODINGS: Final = (
    Function(
        "ConvertFromBase64",
        (
            _SOURCE,
            Parameter("encoding", required=False, type=Type.TEXT, words=tuple(_ENCODINGS)),
        ),
        1,
        convert_from_base64,
        'ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")',
        gives=Type.TEXT,
        tier=Tier.CLOUD_SYNC,
    ),
    Function(
        "ConvertFromUTF8Hex",
        (_SOURCE,),
        1,
        convert_from_utf8_hex,
        'ConvertFromUTF8Hex("48656C6C6F20776F726C6421")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "ConvertToBase64",
        (_SOURCE,),
        1,
        convert_to_base64,
        'ConvertToBase64("Hello world!")',
        gives=Type.TEXT,
    ),
    Function(
        "ConvertToUTF8Hex",
        (_SOURCE,),
        1,
        convert_to_utf8_hex,
        'ConvertToUTF8Hex("Hello world!")',
        gives=Type.TEXT,
    ),
)
"""The functions of this file, for the registry."""
