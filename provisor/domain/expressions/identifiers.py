"""Functions of identifiers that directories keep as bytes: GUIDs and SIDs.

Bytes travel as text. What a function makes is base64; what it takes may be base64 or pairs of
hexadecimal digits, and which of the two shows in its length.
"""

from __future__ import annotations

import base64
import re
from typing import Final
from uuid import UUID

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.encodings import base64_in, digits_in
from provisor.domain.expressions.function import Argument, Function, Parameter, Tier, Type, each
from provisor.domain.record import Value

_GUID = re.compile(
    r"(?P<brace>\{)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?(brace)\})",
    re.ASCII | re.IGNORECASE,
)
_GUID_BYTES: Final = 16
_SID_HEAD: Final = 8
_SID_PARTS: Final = 15
_SHOWN_IN_DIGITS: Final = 2**32
"""From here on an authority is written with hexadecimal digits."""


def c_guid(guid: Argument) -> Value:
    """Gives the 16 bytes of a GUID in base64; it is written with hyphens, with braces or without.

    The bytes stand as Windows keeps them: the first three groups with the low byte first.
    Null stays null; everything else is refused.

    Source: Connect sync, "CGuid"; that bytes travel as base64 is our decision.

    Example:
        >>> c_guid("{00112233-4455-6677-8899-AABBCCDDEEFF}"), c_guid(None)
        ('MyIRAFVEd2aImaq7zN3u/w==', None)
    """
    return each(guid, _guid_bytes)


def is_guid(guid: Argument) -> Value:
    """Is true for text that shows a GUID with hyphens, with braces or without.

    Null, empty text and lists are none.

    Source: Connect sync, "IsGuid".

    Example:
        >>> is_guid("00112233-4455-6677-8899-aabbccddeeff"), is_guid("00112233"), is_guid(None)
        (True, False, False)
    """
    return isinstance(guid, str) and _GUID.fullmatch(guid) is not None


def string_from_guid(guid: Argument) -> Value:
    """Gives the text of a GUID out of its 16 bytes, in small letters and without braces.

    The bytes are given in base64 or as hexadecimal digits. Null stays null; everything else is
    refused.

    Source: Connect sync, "StringFromGuid"; that bytes travel as text is our decision.

    Example:
        >>> string_from_guid("MyIRAFVEd2aImaq7zN3u/w==")
        '00112233-4455-6677-8899-aabbccddeeff'
        >>> string_from_guid("33221100554477668899AABBCCDDEEFF")
        '00112233-4455-6677-8899-aabbccddeeff'
    """
    return each(guid, _guid_text)


def string_from_sid(object_sid: Argument) -> Value:
    """Gives the text of a SID, such as `S-1-5-32-544`, out of its bytes.

    The bytes are given in base64 or as hexadecimal digits. Null stays null; everything else is
    refused.

    Source: cloud sync, "StringFromSid"; the bytes are laid out as in MS-DTYP 2.4.2.

    Example:
        >>> string_from_sid("AQIAAAAAAAUgAAAAIAIAAA=="), string_from_sid("010100000000000512000000")
        ('S-1-5-32-544', 'S-1-5-18')
    """
    return each(object_sid, _sid_text)


def _guid_bytes(text: str) -> str:
    if _GUID.fullmatch(text) is None:
        refuse("`CGuid` is given a text that shows no GUID")
    return base64.b64encode(UUID(text).bytes_le).decode("ascii")


def _guid_text(text: str) -> str:
    for data in (digits_in(text), base64_in(text)):
        if data is not None and len(data) == _GUID_BYTES:
            return str(UUID(bytes_le=data))
    return refuse("`StringFromGuid` needs the 16 bytes of a GUID, in base64 or hexadecimal digits")


def _sid_text(text: str) -> str:
    for data in (digits_in(text), base64_in(text)):
        if data is not None and _is_sid(data):
            return _sid_of(data)
    return refuse("`StringFromSid` needs the bytes of a SID, in base64 or hexadecimal digits")


def _is_sid(data: bytes) -> bool:
    if len(data) < _SID_HEAD or data[0] != 1:
        return False
    return data[1] <= _SID_PARTS and len(data) == _SID_HEAD + 4 * data[1]


def _sid_of(data: bytes) -> str:
    authority = int.from_bytes(data[2:_SID_HEAD], "big")
    shown = str(authority) if authority < _SHOWN_IN_DIGITS else f"0x{authority:012x}"
    places = range(_SID_HEAD, len(data), 4)
    parts = [str(int.from_bytes(data[place : place + 4], "little")) for place in places]
    return "-".join(["S", "1", shown, *parts])


_GUID_GIVEN = Parameter("guid", type=Type.TEXT)

IDENTIFIERS: Final = (
    Function(
        "CGuid",
        (_GUID_GIVEN,),
        1,
        c_guid,
        'CGuid("00112233-4455-6677-8899-aabbccddeeff")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "IsGuid",
        (Parameter("guid", required=False),),
        1,
        is_guid,
        'IsGuid("{00112233-4455-6677-8899-aabbccddeeff}")',
        gives=Type.TRUTH,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "StringFromGuid",
        (_GUID_GIVEN,),
        1,
        string_from_guid,
        'StringFromGuid("MyIRAFVEd2aImaq7zN3u/w==")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "StringFromSid",
        (Parameter("objectSid", type=Type.TEXT),),
        1,
        string_from_sid,
        'StringFromSid("AQIAAAAAAAUgAAAAIAIAAA==")',
        gives=Type.TEXT,
        tier=Tier.CLOUD_SYNC,
    ),
)
"""The functions of this file, for the registry."""
