"""Text as bytes in base64 and hexadecimal digits, GUIDs and SIDs."""

import base64
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.expressions import evaluate_case, parse
from provisor.domain.expressions.bounds import VALUE_BYTES
from provisor.domain.expressions.encodings import (
    convert_from_base64,
    convert_from_utf8_hex,
    convert_to_base64,
    convert_to_utf8_hex,
)
from provisor.domain.expressions.identifiers import (
    c_guid,
    is_guid,
    string_from_guid,
    string_from_sid,
)
from provisor.errors import ExpressionFailed, ExpressionSyntax

GUID = "00112233-4455-6677-8899-aabbccddeeff"
TEXTS = st.text()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('ConvertToBase64("Hello world!")', "SABlAGwAbABvACAAdwBvAHIAbABkACEA"),
        ('ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")', "Hello world!"),
        ('ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA", "Unicode")', "Hello world!"),
        ('ConvertFromBase64("SGVsbG8gd29ybGQh", UTF8)', "Hello world!"),
        ('ConvertFromBase64("SGVsbG8gd29ybGQh", "ASCII")', "Hello world!"),
        ('ConvertFromBase64("SGVs bG8g  d29ybGQh", "UTF8")', "Hello world!"),
        ('ConvertToUTF8Hex("Hello world!")', "48656C6C6F20776F726C6421"),
        ('ConvertFromUTF8Hex("48656C6C6F20776F726C6421")', "Hello world!"),
        ('ConvertFromUTF8Hex("c3a9")', "é"),
        ('ConvertToBase64("𝒳")', "Ndiz3A=="),
        ('ConvertToBase64("")', ""),
    ],
)
def test_a_published_text_has_its_bytes(expression, value):
    assert {"value": value} == evaluate_case({"expression": expression, "record": {}})


@pytest.mark.parametrize(
    "convert", [convert_to_base64, convert_from_base64, convert_to_utf8_hex, convert_from_utf8_hex]
)
def test_null_stays_null_and_empty_stays_empty(convert):
    assert [convert(None), convert(""), convert(())] == [None, "", ()]


@given(TEXTS)
def test_text_comes_back_from_its_bytes(text):
    assert text == convert_from_base64(convert_to_base64(text))
    assert text == convert_from_utf8_hex(convert_to_utf8_hex(text))


@given(TEXTS)
def test_bytes_are_read_in_the_encoding_that_is_named(text):
    written = base64.b64encode(text.encode("utf-8")).decode()

    assert text == convert_from_base64(written, "UTF8")
    if text.isascii():
        assert text == convert_from_base64(written, "ASCII")
    else:
        with pytest.raises(ExpressionFailed):
            convert_from_base64(written, "ASCII")


def test_each_value_of_a_list_is_written_and_read():
    assert convert_from_base64(convert_to_base64(("a", 7))) == ("a", "7")
    assert convert_from_utf8_hex(convert_to_utf8_hex(("a", True))) == ("a", "True")


@pytest.mark.parametrize(
    "text",
    ["A", "AA", "AA=", "=AA=", "AA==AA==", "é", "AAA-", "AA==", "NdgA", "A" * 100_001, "\x00",
     "ＡＡ＝＝"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_is_no_base64_of_a_text_is_refused(text):
    with pytest.raises(ExpressionFailed):
        convert_from_base64(text)


@pytest.mark.parametrize(
    "text", ["0", "0x41", "4 1", " 41", "FF", "C3", "EDA080", "GG", "４１", "41\n", "1" * 100_001]
)
def test_what_is_no_hexadecimal_of_a_text_is_refused(text):
    with pytest.raises(ExpressionFailed):
        convert_from_utf8_hex(text)


def test_half_a_character_has_no_bytes():
    for convert in (convert_to_base64, convert_to_utf8_hex):
        with pytest.raises(ExpressionFailed):
            convert("\ud800")


def test_bytes_beyond_the_limit_are_refused_before_they_are_written():
    for convert in (convert_to_base64, convert_to_utf8_hex):
        with pytest.raises(ExpressionFailed, match="beyond the limit"):
            convert("x" * VALUE_BYTES)


def test_an_encoding_that_nobody_knows_is_found_while_reading_or_refused():
    with pytest.raises(ExpressionSyntax):
        parse('ConvertFromBase64([a], "Latin1")')
    with pytest.raises(ExpressionFailed):
        convert_from_base64("", "Latin1")


# --- GUIDs ----------------------------------------------------------------------------------


@given(st.uuids())
def test_a_guid_comes_back_from_its_bytes(guid):
    for text in (str(guid), f"{{{str(guid).upper()}}}"):
        written = c_guid(text)

        assert base64.b64decode(str(written)) == guid.bytes_le
        assert str(guid) == string_from_guid(written)
        assert is_guid(text)
    assert str(guid) == string_from_guid(guid.bytes_le.hex())


@pytest.mark.parametrize(
    "text",
    ["", "x", GUID[:-1], GUID + "0", f"{{{GUID}", f"{GUID}}}", f"({GUID})", GUID.replace("-", ""),
     f" {GUID}", GUID.replace("0", "g"), GUID.replace("1", "１"), GUID + "\n", "{" * 10_000],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_what_shows_no_guid_is_refused_and_is_none(text):
    assert not is_guid(text)
    with pytest.raises(ExpressionFailed):
        c_guid(text)


@pytest.mark.parametrize("text", ["", GUID, "AA==", "00" * 15, "00" * 17, "é", "A" * 10_000])
def test_what_has_not_the_bytes_of_a_guid_is_refused(text):
    with pytest.raises(ExpressionFailed):
        string_from_guid(text)


def test_null_is_no_guid():
    assert [c_guid(None), string_from_guid(None), string_from_sid(None)] == [None] * 3
    assert [is_guid(None), is_guid(""), is_guid((GUID,)), is_guid(7)] == [False] * 4
    assert is_guid(str(uuid.UUID(int=0)))


# --- SIDs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("0101000000000005 12000000", "S-1-5-18"),
        ("0102000000000005 20000000 20020000", "S-1-5-32-544"),
        ("0101000000000001 00000000", "S-1-1-0"),
        ("0100000000000005", "S-1-5"),
        (
            "0105000000000005 15000000 A065CF7E 784B9B5F E77C8770 91C0F1FF",
            "S-1-5-21-2127521184-1604012920-1887927527-4294033553",
        ),
        ("0101010000000000 FFFFFFFF", "S-1-0x010000000000-4294967295"),
    ],
)
def test_a_sid_has_its_text_in_either_form_of_its_bytes(digits, text):
    data = bytes.fromhex(digits)

    assert text == string_from_sid(data.hex())
    assert text == string_from_sid(data.hex().upper())
    assert text == string_from_sid(base64.b64encode(data).decode())


@pytest.mark.parametrize(
    "text",
    ["", "S-1-5-18", "01", "020100000000000512000000", "0110000000000005" + "00" * 64,
     "010200000000000520000000", "AQE=", "A" * 10_000, "é"],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_what_has_not_the_bytes_of_a_sid_is_refused(text):
    with pytest.raises(ExpressionFailed):
        string_from_sid(text)


@given(st.binary(max_size=80))
def test_any_bytes_are_an_identifier_or_refused(data):
    for text in (data.hex(), base64.b64encode(data).decode()):
        for ask in (string_from_guid, string_from_sid):
            try:
                shown = ask(text)
            except ExpressionFailed:
                continue
            assert isinstance(shown, str)
