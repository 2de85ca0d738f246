"""Objects of a JSON file, one at a time: a list, Graph's `{"value": [...]}`, or JSON Lines.

A month of provisioning logs is larger than memory should be; no more than one object is held.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import Final, NoReturn, TextIO

from provisor.config.places import NOTHING_HAPPENED
from provisor.errors import SettingInvalid

LONGEST_OBJECT: Final = 8 * 1024 * 1024
"""Characters of one object; a longer one is a fault, not a log entry."""

_CHUNK: Final = 256 * 1024
_EXPECTED: Final = "a list of objects, a page of Microsoft Graph or JSON Lines were expected"
_NEXT_PAGE: Final = "@odata.nextLink"
_DECODER: Final = json.JSONDecoder()

Entry = tuple[int, dict[str, object]]
"""An object, and the line on which it begins."""


def json_objects(file: TextIO, name: str) -> Iterator[Entry]:
    """Yield every object of a file, with its line.

    Args:
        file: text of a list of objects, of a page of Microsoft Graph, or of JSON Lines.
        name: the file's name, for messages.

    Raises:
        SettingInvalid: the text is not JSON, or its last page says that another one follows.

    Cost: one pass; memory for one object.
    """
    window = _Window(file, name)
    follows = False
    while sign := window.peek():
        if sign == "[":
            yield from _items(window)
        elif sign == "{":
            follows = yield from _members(window)
        else:
            window.refuse("the file holds something else than JSON objects")
    if follows:
        window.refuse(
            "the export is one page of several",
            found=f"`{_NEXT_PAGE}` behind the last entry",
            then="fetch the following pages too, and put them into the file one after another",
        )


def _items(window: _Window) -> Iterator[Entry]:
    window.take("[")
    if window.peek() == "]":
        window.take("]")
        return
    while True:
        window.peek()
        line, value = window.line, window.value()
        if not isinstance(value, dict):
            window.refuse("an entry of the list is not an object")
        yield line, value
        if window.peek() == "]":
            window.take("]")
            return
        window.take(",")


def _members(window: _Window) -> Generator[Entry, None, bool]:
    """Yield the entries under `value`, or the object itself; return whether a page follows."""
    own: dict[str, object] = {}
    line, is_page = window.line, False
    window.take("{")
    while window.peek() != "}":
        key = window.value()
        window.take(":")
        if key == "value" and window.peek() == "[":
            is_page = True
            yield from _items(window)
        elif isinstance(key, str):
            own[key] = window.value()
        else:
            window.refuse("the name of a member is not text")
        if window.peek() != "}":
            window.take(",")
    window.take("}")
    if not is_page:
        yield line, own
    return _NEXT_PAGE in own


class _Window:
    """The part of the text that is held at the moment."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1

    def peek(self) -> str:
        """Return the next sign that is no white space; empty at the end of the file."""
        while True:
            for at in range(self._at, len(self._text)):
                if self._text[at] not in " \t\r\n":
                    self._forward(at)
                    return self._text[at]
            self._forward(len(self._text))
            if self._ended:
                return ""
            self._read()

    def take(self, sign: str) -> None:
        """Step over one sign that must stand here."""
        if self.peek() != sign:
            self.refuse("the file is not valid JSON", found=f"`{sign}` was expected")
        self._forward(self._at + 1)

    def value(self) -> object:
        """Return the next value, however many chunks it spans."""
        self.peek()
        while True:
            found = self._decoded()
            if found is not None and (found[1] < len(self._text) or self._ended):
                self._forward(found[1])
                return found[0]
            if self._ended:
                self.refuse("the file is not valid JSON")
            if len(self._text) - self._at > LONGEST_OBJECT:
                self.refuse(
                    "the file is not valid JSON, or holds an entry beyond every use",
                    found=f"more than {LONGEST_OBJECT:,} characters without an end",
                )
            self._read()

    def _decoded(self) -> tuple[object, int] | None:
        try:
            return _DECODER.raw_decode(self._text, self._at)
        except ValueError:
            # Broken, or not read to its end yet; the caller knows which.
            return None
        except RecursionError:
            self.refuse("the file is nested beyond every use")

    def _forward(self, at: int) -> None:
        self.line += self._text.count("\n", self._at, at)
        self._at = at

    def _read(self) -> None:
        held = self._text[self._at :]
        # At least as much as is held, so that a long value is tried only a few times.
        chunk = self._file.read(max(_CHUNK, len(held)))
        self._ended = not chunk
        self._text, self._at = held + chunk, 0

    def refuse(self, what: str, *, found: str = _EXPECTED, then: str = "") -> NoReturn:
        """Say what is wrong at this place."""
        raise SettingInvalid(
            what,
            where=f"{self._name} line {self.line}",
            found=found,
            safe=NOTHING_HAPPENED,
            next=then or "export the log again, and do not edit the file",
        )
