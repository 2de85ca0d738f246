"""One object of an export whose form was checked, with its place and a way to say its fate."""

from __future__ import annotations

from dataclasses import dataclass

from provisor.config.entra.export_file import Json
from provisor.config.entra.report import Ledger
from provisor.config.entra.resources import Verdict
from provisor.config.places import SettingPath


@dataclass(frozen=True, slots=True)
class Part:
    """One object of the export; null and an absent key are both nothing."""

    value: dict[str, Json]
    path: SettingPath
    ledger: Ledger

    def text(self, key: str) -> str:
        """Return a text; empty when there is none."""
        found = self.value.get(key)
        return found if isinstance(found, str) else ""

    def has(self, key: str) -> bool:
        """Say whether a key holds something."""
        return self.value.get(key) is not None

    def says(self, key: str) -> bool:
        """Say whether a flag is set."""
        return self.value.get(key) is True

    def denies(self, key: str) -> bool:
        """Say whether a flag is there and not set."""
        return self.value.get(key) is False

    def number(self, key: str) -> int:
        """Return a whole number; 0 when there is none."""
        found = self.value.get(key)
        return found if isinstance(found, int) else 0

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self.value.get(key)
        return tuple(t for t in found if isinstance(t, str)) if isinstance(found, list) else ()

    def part(self, key: str) -> Part | None:
        """Return the object below a key, or None."""
        found = self.value.get(key)
        return Part(found, (*self.path, key), self.ledger) if isinstance(found, dict) else None

    def parts(self, key: str) -> tuple[Part, ...]:
        """Return the objects of a list."""
        found = self.value.get(key)
        items = enumerate(found) if isinstance(found, list) else ()
        return tuple(
            Part(item, (*self.path, key, place), self.ledger)
            for place, item in items
            if isinstance(item, dict)
        )

    def say(self, key: str, verdict: Verdict, why: str) -> None:
        """Say what became of one key, if it is there."""
        if key in self.value:
            self.ledger.say((*self.path, key), verdict, why)

    def leave(self, why: str, verdict: Verdict = Verdict.UNSUPPORTED) -> None:
        """Say that this object is not in the draft."""
        self.ledger.say_of_all(self.path, verdict, why)
