"""Feed made-up expressions and records to the language until the time is over.

`python -m tests.fuzz.expressions --minutes 10 [--seed N]`; the seed is printed, and the same seed
gives the same inputs. Texts are grown from the grammar, from published cases and from hostile
ones, and then broken. Whatever is not a typed answer ends the run with its input.
"""

import argparse
import json
import random
import secrets
import sys
import time
from collections import Counter

from provisor.domain.expressions import Dialect, Function, evaluate_case, parse, unparse
from provisor.domain.expressions.bounds import EXPRESSION_CHARACTERS
from provisor.domain.expressions.function import Type
from provisor.domain.expressions.registry import MEANINGS
from provisor.errors import ProvisorError
from tests.expressions.hostile import attacks
from tests.expressions.test_cases import CASES

SIGNS: list[str] = [
    *'()[]",&=<>$\\ -.%',
    "<>",
    "&H",
    '""',
    "[a]",
    '"x"',
    "$x",
    "\n",
    "\x00",
    "\ud800",
]
VALUES = (
    "",
    " ",
    "a",
    "Elin Ek",
    "ÅSA",
    "2025-01-31",
    "1/31/2025 1:00:00 PM",
    "cn=a,dc=b",
    "true",
    "0",
    "-7",
    "9" * 20,
    "e\u0301",
    "ß",
    "𝒳",
    "a,b;c",
    "{}",
    '{"value":"x"}',
    "(a+)+$",
    "%",
    "SGk=",
)
PIECES = (
    "a",
    "b",
    "[a-z]",
    "\\d",
    "\\w*",
    "(",
    ")",
    "(?<n>",
    "(?:",
    "|",
    "*",
    "+?",
    "{2,3}",
    "^",
    "$",
    "\\1",
    "\\k<n>",
    "(?=",
    "(?i)",
    "[^x-[y]]",
    "\\p{L}",
    ".",
    "\\b",
    "(?(n)",
    "\\x41",
    "-",
    "]",
)
NUMBERS = ("0", "1", "2", "-1", "7", '"3"', "&HF", "[a]", "999999999999999999", "65537")
WORDS = (
    "1",
    "-3",
    "&HF",
    "0.5",
    "Now()",
    "IgnoreAttributeFlow",
    '"d"',
    '"yyyy-MM-dd"',
    '"2025-01-31"',
    '"UTF8"',
)
PUT = ("", "$1", "${n}", "$&$&", "$_", "x", "$")
SLOW = 0.1
"""Seconds of CPU time from which an answer is told of."""


class Maker:
    """Makes up one input after another."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.known = [str(case["expression"]) for case in CASES]
        self.known += [text for text, _ in attacks() if len(text) <= 10_000]

    def case(self) -> dict[str, object]:
        dialect = self.chance.choice([Dialect.ENTRA, Dialect.ENTRA, Dialect.CONNECT])
        known = list(MEANINGS[dialect].values())
        grown = self.chance.random() < 0.75
        text = self.expression(known, 0) if grown else self.chance.choice(self.known)
        for _ in range(self.chance.choice([0, 0, 0, 1, 2, 5])):
            text = self.broken(text)
        names = ("a", "b", "c", "x y")
        record = {name: self.value() for name in names if self.chance.random() < 0.8}
        case: dict[str, object] = {"expression": text, "record": record, "dialect": dialect.value}
        if self.chance.random() < 0.7:
            case |= {"now": "2025-07-30T13:05:00Z", "default_domain": "x.org", "taken": ["a"]}
        return case

    def expression(self, known: list[Function], depth: int) -> str:
        kind = self.chance.random()
        if depth > 5 or (depth and kind < 0.3):
            return self.leaf()
        if kind < 0.36:
            return "&".join(self.expression(known, depth + 2) for _ in range(2))
        function = self.chance.choice(known)
        if function.name == "Replace" and function.dialect is Dialect.ENTRA:
            source = self.expression(known, depth + 1)
            return f'Replace({source}, , {self.pattern()}, , "{self.chance.choice(PUT)}", , )'
        counts = [n for n in range(function.minimum, function.minimum + 5) if function.accepts(n)]
        count = self.chance.choice(counts)
        arguments = [self.argument(known, function, place, depth) for place in range(count)]
        return f"{function.name}({', '.join(arguments)})"

    def argument(self, known: list[Function], function: Function, place: int, depth: int) -> str:
        parameter = function.parameter(place)
        if function.binds and place == 0:
            return "$x"
        if parameter.words and self.chance.random() < 0.9:
            return self.chance.choice(parameter.words)
        if parameter.type is Type.WHOLE and self.chance.random() < 0.7:
            return self.chance.choice(NUMBERS)
        if parameter.condition and self.chance.random() < 0.6:
            sign = self.chance.choice(["=", "<>", "<", ">="])
            return f"{self.expression(known, depth + 2)} {sign} {self.leaf()}"
        if function.binds and place == 2 and self.chance.random() < 0.5:
            return "$x"
        if not parameter.required and self.chance.random() < 0.2:
            return ""
        return self.expression(known, depth + 1)

    def pattern(self) -> str:
        made = "".join(self.chance.choice(PIECES) for _ in range(self.chance.randrange(1, 9)))
        return json.dumps(made, ensure_ascii=False).replace("\\u", "\\\\u")

    def leaf(self) -> str:
        choice = self.chance.randrange(8)
        if choice < 3:
            return f"[{self.chance.choice(['a', 'b', 'c', 'x y', 'gone'])}]"
        if choice < 5:
            text = self.chance.choice(VALUES).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{text}"'
        return self.chance.choice(WORDS)

    def value(self) -> object:
        choice = self.chance.randrange(9)
        if choice == 0:
            return [self.chance.choice(VALUES) for _ in range(self.chance.randrange(4))]
        if choice == 1:
            return self.chance.choice([None, True, False, 7, -(2**62), 2**70, {"value": "x"}])
        if choice == 2:
            return self.chance.choice(VALUES) * self.chance.choice([1, 30, 600, 5_000])
        return self.chance.choice(VALUES)

    def broken(self, text: str) -> str:
        place, other = (self.chance.randrange(len(text) + 1) for _ in range(2))
        start, end = sorted((place, other))
        how = self.chance.randrange(6)
        if how == 0:
            return text[:start]
        if how == 1:
            return text[:start] + text[min(end, start + 9) :]
        if how == 2:
            return text[:start] + self.chance.choice(SIGNS) + text[start:]
        if how == 3:
            return (text[:end] + text[start:end] + text[end:])[:20_000]
        if how == 4:
            made = chr(
                self.chance.choice([self.chance.randrange(0x80), self.chance.randrange(0x11_0000)])
            )
            return text[:start] + made + text[start + 1 :]
        return text[:start] + self.chance.choice(self.known)[:200] + text[end:]


def answer_of(case: dict[str, object]) -> tuple[str, float]:
    """Evaluate a case, check what holds for every answer; return its kind and its CPU seconds."""
    started = time.process_time()
    answer = evaluate_case(case, secrets.token_bytes)
    spent = time.process_time() - started
    assert answer.keys() in ({"value"}, {"dropped"}, {"error", "message"}), answer
    json.dumps(answer, ensure_ascii=False).encode("utf-8")
    dialect = Dialect(str(case["dialect"]))
    try:
        tree = parse(str(case["expression"]), dialect)
    except ProvisorError:
        return str(answer["error"]), spent
    written = unparse(tree)
    assert not written or len(written) > EXPRESSION_CHARACTERS or parse(written, dialect) == tree
    return str(answer.get("error", "value" if "value" in answer else "dropped")), spent


def main() -> None:
    """Run until the time is over or something breaks."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.expressions")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    given = parser.parse_args()
    maker, kinds, slowest = Maker(given.seed), Counter[str](), 0.0
    print(f"seed {given.seed}", flush=True)
    end = time.monotonic() + 60 * given.minutes
    while time.monotonic() < end:
        case = maker.case()
        try:
            kind, spent = answer_of(case)
        except BaseException:
            print(f"input {sum(kinds.values())}: {case!r}", file=sys.stderr, flush=True)
            raise
        kinds[kind] += 1
        if spent > max(slowest, SLOW):
            print(f"{1_000 * spent:.0f} ms: {str(case)[:400]}", flush=True)
        slowest = max(slowest, spent)
    total = f"{sum(kinds.values()):,} inputs, slowest {1_000 * slowest:.0f} ms of CPU"
    print(f"{total}: {dict(kinds.most_common())}")


if __name__ == "__main__":
    main()
