"""Expressions and records that mean harm; the same ones for tests and for measuring."""

import json
from collections.abc import Iterator
from pathlib import Path

Attack = tuple[str, dict[str, object]]
"""An expression and the record that it is tried on."""

LARGEST = 65_536
LONG = "aB3 ß-" * (LARGEST // 7)
BOMBS = (
    "(a+)+$",
    "(a|aa)+$",
    "(x+x+)+y",
    "(.*)*x",
    "([a-z]+)*!",
    "(a*)*b",
    "(a?){50}a{50}",
    "^(a|a?)+$",
    "(?:a{1,100}){1,50}b",
    "(?:(?:(?:a?){100}){100}){100}b",
    "(.+)+(.+)+(.+)+x",
    "(a|b|ab)*c",
    "((a|aa)|(aaa))+$",
    "(?=(a+)+)b",
    "(?<=(a+)+)b",
    "(a)(?:\\1+)+$",
    "(\\w+\\s?)*!",
    "(a+){2,}$",
    "(([a-z])+.)+[A-Z]([a-z])+$",
    "a*a*a*a*a*a*a*a*a*a*b",
    ".*.*.*.*.*.*.*.*=.*",
    "(?i)(A+)+$",
    "(?:.|\\n)*?(?:.|\\n)*?z",
    "(?(a)(a+)+|b)+$",
    "(?>a+)+b",
    "\\p{L}*\\p{L}*\\p{L}*!",
    "[\\s\\S]*?#",
    "(?:\\w|\\W)*?z",
    "(a{0,5000}){0,5000}",
    "a{65535}b",
    "(((((a*)*)*)*)*)*b",
    "(?:a|a|a|a|a)*b",
)
UNREADABLE = (
    "(",
    ")",
    "[",
    "]",
    "{",
    "*",
    "+",
    "?",
    "\\",
    "(?",
    "(?<",
    "(?<n",
    "(?<n>",
    "(?'",
    "(?P<n>a)",
    "[z-a]",
    "[a-",
    "a**",
    "a{2}{3}",
    "x{2,1}",
    "\\k<n>",
    "\\9",
    "(?<a-b>x)",
    "\\p{Foo}",
    "\\p{IsFoo}",
    "\\p",
    "\\x4",
    "\\c",
    "(?R)",
    "(?(n)",
    "(?#",
    "(?imnsx",
    "(?z)",
    "a{99999999999}",
    "[[:alpha:",
    "(?<1a>x)",
    "(?<0>x)",
    "(" * 900,
    "[" * 900,
    "(?:" * 900,
    "a|" * 1_900,
    "[a-[" * 300,
    "\\" * 999,
    "(?i)" * 900,
    "(a)" * 1_300,
    "[\ud800]",
)
OPENERS = (
    "(",
    "[",
    '"',
    ",",
    "&",
    "-",
    ")",
    "]",
    "<>",
    "=",
    "$",
    "%",
    ".",
    "\\",
    "&H",
    "'",
    "“",
    "[a]",
    "[a](",
    "$x",
    "ToLower(",
    "IIF(",
    "Join(",
    "Switch(",
    "Replace(",
    "Select($x,",
    "With($x,",
    "Not(",
    "IIF([a]=",
    'IIF("a"="a",',
    "[a]&",
    "Coalesce(,",
    "(([a])",
    "[\\[",
    '"\\"',
    "Now()",
    "IgnoreAttributeFlow",
)
NESTED = (
    "PCase",
    "NormalizeDiacritics",
    "ToLower",
    "Trim",
    "StripSpaces",
    "LCase",
    "CStr",
    "Split",
    "RemoveDuplicates",
    "EscapeDNComponent",
    "ConvertToUTF8Hex",
    "ConvertToBase64",
    "AppRoleAssignmentsComplex",
)
WIDE = (
    "PCase([a])&",
    "NormalizeDiacritics([a])&",
    'ToLower([a],"tr")&',
    'Word([a],9999,"aB3")&',
    'InStr([a],"zz",1,vbTextCompare)&',
    'ReplaceChars([a],"a:bb,B:")&',
    "CDate([a])&",
    "Len([b])&",
    'Len(Split([a],"a"))&',
    'Item(Split([a],"a"),9)&',
    "Count(RemoveDuplicates([b]))&",
    "Len(Select($x,[b],ToUpper($x)))&",
    'Len(Replace([a], ,"[a-z]*[a-z]*\\d", ,"", , ))&',
    'Len(Replace([a], ,"(a|b)*c", ,"", , ))&',
    "DNComponent([a],1)&",
    "IsDate([a])&",
    'IIF([a]<[b],"","")&',
)
AWKWARD = (
    'Replace([a], , ".", , "x", , )',
    'Replace([a], , "(.)", , "$1", , )',
    'Replace([a], , "|.", , "$`", , )',
    'With($a,"0123456789",With($b,$a&$a&$a&$a,With($c,$b&$b&$b&$b,With($d,$c&$c&$c&$c,$d&$d&$d&$d))))',
    "Select($a,[b],Select($b,[b],Select($c,[b],$a&$b&$c)))",
    "Where($a,[b],IsPresent(Where($b,[b],$a=$b)))",
    "Select($a,[b],Split([a],$a))",
    'PadLeft("a",999999999999999,"b")',
    'PadRight([a],65537,"é")',
    "Mid([a],-999999999999999999,999999999999999999)",
    'Left([a],"9999999999999999999999")',
    'RandomString(256,999999999,0,0,0,"")',
    "RandomNum(1,-1)",
    "Guid()",
    "DefaultDomain()",
    "Now()",
    'DateAdd("yyyy",999999999999,CDate("2020-01-01"))',
    'DateAdd("s",-999999999999999999,"1/1/0001")',
    'CDate("0000-00-00")',
    "CDate([a])",
    'FormatDateTime([a], ,"yyyy","yyyy")',
    "DateFromNum(-1)",
    'FormatDateTime("2020-01-01", ,"yyyy-MM-dd","' + "y" * 4_000 + '")',
    "NumFromDate([a])",
    'FormatDateTime("' + "1" * 4_000 + '", ,"' + "y" * 4_000 + '","d")',
    "DateFromNum(9223372036854775807)",
    'ConvertFromBase64("////",UTF8)',
    "ConvertFromBase64([a])",
    'ConvertFromUTF8Hex("ZZ")',
    "CNum([a])",
    "ConvertFromUTF8Hex([a])",
    'BitAnd("99999999999999999999",1)',
    "CGuid([a])",
    "StringFromSid([a])",
    'Replace([a], , [p], , "$1", , )',
    'Replace([a], , "(a)", "9", "x", , )',
    'Replace([a],"a", , ,[a], , )',
    'Replace([a], , "a", , "$_$_$_$_", , )',
    'Replace([a], , "(?<n>a)", "n", [a], , )',
    'ReplaceChars([a],"a:' + "b" * 4_000 + '")',
    'ReplaceChars([a],"aa:b")',
    "ReplaceChars([a],[a])",
    "SelectUniqueValue([a])",
    'SelectUniqueValue("x")',
    "SingleAppRoleAssignment([b])",
    "Error([a])",
    'AppRoleAssignments("{' + "[" * 4_000 + '")',
    'AppRoleAssignments("{}")',
    'ToLower([a],"xx-YY-zz-!")',
    'DNComponent("' + "," * 5_000 + '",1)',
    'DNComponent("cn=' + "+a=" * 3_000 + '",5)',
    "EscapeDNComponent([a])",
    "Item([b],0)",
    "Item([b],10000000)",
    "Contains([b],[a])",
    "Join([a],[b],[b],[b])",
    'Split([a],"")',
    "Coalesce(" + "[c]," * 2_490 + "[a])",
    "Switch([c],[a]" + ',"",[a]' * 1_000 + ")",
    "IIF(" * 199 + '"a"="a"' + ',"","")' * 199,
    "[a]&" * 2_499 + "[a]",
    "Append([a],[a])",
)
RECORD: dict[str, object] = {
    "a": LONG,
    "b": [str(number) for number in range(10_000)],
    "c": None,
    "p": "(a|aa)+$",
}
SMALL: dict[str, object] = {"a": "a" * 40 + "!", "b": ["a", "b"], "c": "", "p": "(x+x+)+y"}


def attacks() -> Iterator[Attack]:
    """Yield everything, always in the same order."""
    for text in (*_deep(), *_unbalanced(), *_forbidden(), *AWKWARD):
        yield text, RECORD
        yield text, SMALL
    for pattern in (*BOMBS, *UNREADABLE):
        written = pattern.replace("\\", "\\\\").replace('"', '\\"')
        for value in ("a" * 28 + "!", "a" * 3_000 + "x" * 3_000 + "?", ["a" * 40 + "!"] * 500):
            yield f'Replace([a], , "{written}", , "$1", , )', {"a": value}
        yield 'Replace([a], , [p], , "", , )&' * 20 + '""', {"a": "a" * 40 + "!", "p": pattern}
    for name in NESTED:
        yield f"{name}(" * 200 + "[a]" + ")" * 200, RECORD
        yield f"{name}(" * 200 + "[b]" + ")" * 200, RECORD
    for part in WIDE:
        yield part * (9_990 // len(part)) + '""', RECORD
        yield part * (9_990 // len(part)) + '""', {**RECORD, "a": LONG[:1_000], "b": ["a"] * 20}
    yield from _prefixes()


def _deep() -> Iterator[str]:
    for opener in OPENERS:
        yield opener * (10_000 // len(opener))
        yield opener * 10_000
    yield "ToLower(" * 10_000 + "[a]" + ")" * 10_000
    yield "(" * 10_000 + "[a]" + ")" * 10_000
    for body in ('"{}"', "[{}]", "{}", "'{}'", "Len({})", "&H{}", "-{}", "{}()", "${}"):
        yield body.format("9" * 1_000_000)
        yield body.format("9" * 9_990)


def _unbalanced() -> Iterator[str]:
    whole = 'IIF([a] = "x", Join("-", [b], Left([a], 3)), Replace([a], , "[a-z]", , "", , ))'
    for sign in '()[]",&=$':
        for place in range(0, len(whole), 9):
            yield whole[:place] + sign + whole[place:]
    yield whole.replace(")", "")
    yield whole.replace("(", "")
    yield whole.replace('"', "")


def _forbidden() -> Iterator[str]:
    for code in (
        *range(0x20),
        0x7F,
        0x80,
        0xAD,
        0x200B,
        0x202E,
        0x2028,
        0xD800,
        0xDFFF,
        0xFEFF,
        0xFFFF,
    ):
        for form in ("[a]{}", '"{}"', "[{}]", "{}", "Len({}[a])"):
            yield form.format(chr(code))


def _prefixes() -> Iterator[Attack]:
    cases = Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()
    longest = sorted(map(json.loads, cases), key=lambda case: -len(case["expression"]))
    for case in longest[:8]:
        for end in range(0, len(case["expression"]), 3):
            yield case["expression"][:end], case["record"]
