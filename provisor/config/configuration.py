"""A configuration that was read and found right: what the rest of the house asks it for.

Secrets are opened here, at the last moment, and leave as `Secret`; paths leave absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from provisor.config.cross_references import unknown_name
from provisor.config.file_paths import absolute_path, absolute_url, names_a_path
from provisor.config.model import ConfigurationSettings, IdentityMode, JobSettings, SystemSettings
from provisor.config.people_settings import PeopleSettings
from provisor.config.places import MEND, NOTHING_HAPPENED, Places, SettingPath
from provisor.config.secret_references import (
    EnvironmentSecret,
    FileSecret,
    KeyringSecret,
    Opener,
    open_reference,
    open_to_others,
    opened_or_not,
    read_reference,
)
from provisor.config.yaml_document import Document
from provisor.domain.approval import ApprovalPolicy
from provisor.errors import ConfigurationError
from provisor.ports.secret import Secret


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configuration file, checked."""

    path: Path
    """Absolute."""
    settings: ConfigurationSettings
    document: Document = field(repr=False)
    """The file as it was written, with the place of every setting."""
    environment: Mapping[str, str] = field(repr=False)
    """Read only when a reference to a secret is opened."""
    opens: Opener = field(default=open_reference, repr=False)
    """How a reference to a secret is opened."""

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.path.parent

    @property
    def places(self) -> Places:
        """The place of every setting."""
        return self.document.places

    @property
    def jobs(self) -> tuple[str, ...]:
        """Names of all jobs, in the file's order."""
        return tuple(self.settings.jobs)

    @property
    def asserted(self) -> bool:
        """Whether who acts is asserted, not proven."""
        return self.settings.identity.mode is IdentityMode.ASSERTED

    @property
    def approvals(self) -> ApprovalPolicy:
        """How votes on plans work."""
        written = self.settings.approvals
        return ApprovalPolicy(
            four_eyes=written.four_eyes,
            expiry_hours=written.expiry_hours,
            destructive_expiry_hours=written.destructive_expiry_hours,
        )

    def job(self, name: str) -> JobSettings:
        """Return a job's settings.

        Raises:
            UnknownName: there is no such job; the nearest name is offered.
        """
        job = self.settings.jobs.get(name)
        if job is None:
            where = f"{self.places.file}, jobs"
            raise unknown_name("job", name, self.settings.jobs, where)
        return job

    def system(self, name: str) -> SystemSettings | PeopleSettings:
        """Return a system's settings as they are written.

        Raises:
            UnknownName: there is no such system; the nearest name is offered.
        """
        system = self.settings.systems.get(name)
        if system is None:
            where = f"{self.places.file}, systems"
            raise unknown_name("system", name, self.settings.systems, where)
        return system

    def store_url(self) -> str | Secret:
        """Return the store's address; a `Secret` when the file refers to one.

        Raises:
            SecretMissing: the reference leads nowhere.
        """
        written = self.settings.store.url
        if isinstance(written, str):
            return absolute_url(written, self.folder)
        where = self.places.where(("store", "url"))
        secret = self.opens(written, where, self.folder, self.environment)
        return Secret(absolute_url(secret.reveal(), self.folder))

    def calls_per_minute(self, system: str) -> int | None:
        """Return how many calls a system's owner allows in a minute; None where nobody said."""
        written = self.settings.systems.get(system)
        return written.calls_per_minute if isinstance(written, SystemSettings) else None

    def settings_for_connector(self, system: str) -> dict[str, object]:
        """Return a system's own settings as its connector takes them.

        References are opened to `Secret`s, relative paths and SQLite addresses are absolute.
        Every system of a run is asked before the first is opened, so that nothing runs by halves.

        Raises:
            UnknownName: there is no such system.
            SecretMissing: a reference leads nowhere.
        """
        written = self.system(system).own()
        path = ("systems", system)
        return {key: self._opened(key, value, (*path, key)) for key, value in written.items()}

    def _opened(self, key: str, written: object, path: SettingPath) -> object:
        match written:
            case Mapping():
                return self._opened_mapping(key, written, path)
            case list():
                return [self._opened(key, item, (*path, n)) for n, item in enumerate(written)]
            case str() if names_a_path(key):
                return absolute_path(written, self.folder)
            case str():
                return absolute_url(written, self.folder)
            case float():
                return float(written)
            case _:
                return written

    def _opened_mapping(self, key: str, written: Mapping[str, object], path: SettingPath) -> object:
        reference = read_reference(written)
        if reference is None:
            return {name: self._opened(name, v, (*path, name)) for name, v in written.items()}
        where = self.places.where(path)
        secret = self.opens(reference, where, self.folder, self.environment)
        if names_a_path(key):
            return absolute_path(secret.reveal(), self.folder)
        return Secret(absolute_url(secret.reveal(), self.folder))

    def disarmed(self) -> Configuration:
        """Return the configuration with something in place of every secret that is not at hand.

        For descriptions and cases; no call is made with it.
        """
        return replace(self, opens=opened_or_not)

    def located(self, error: ConfigurationError, system: str) -> ConfigurationError:
        """Give a connector's complaint about its settings its file and line.

        Args:
            error: its `where` is a dotted path inside the system's settings, or empty.
            system: the system that the connector was made for.
        """
        path: SettingPath = ("systems", system)
        path = (*path, *_split(error.where, self.system(system).own()))
        error.where = self.places.where(path)
        error.safe = error.safe or NOTHING_HAPPENED
        error.next = error.next or MEND
        return error

    def warnings(self) -> tuple[str, ...]:
        """Return what is allowed and not wise, one sentence each, with its place."""
        found = []
        for path, reference in self._references():
            if open_to_others(reference, self.folder):
                place = self.places.where(path)
                found.append(f"the secret's file can be read by other users: {place}")
        return tuple(found)

    def _references(
        self,
    ) -> list[tuple[SettingPath, EnvironmentSecret | FileSecret | KeyringSecret]]:
        found = []
        waiting: list[tuple[SettingPath, object]] = [
            ((part,), self.document.value.get(part)) for part in ("systems", "store")
        ]
        while waiting:
            path, written = waiting.pop()
            if isinstance(written, Mapping):
                reference = read_reference(written)
                if reference is not None:
                    found.append((path, reference))
                waiting += [((*path, key), value) for key, value in written.items()]
            elif isinstance(written, list):
                waiting += [((*path, place), value) for place, value in enumerate(written)]
        return sorted(found, key=lambda pair: self.places.line(pair[0]))


def _split(dotted: str, settings: object) -> SettingPath:
    """Cut a dotted path into settings; names may hold dots themselves, so known ones go first."""
    path: SettingPath = ()
    while dotted:
        names = settings if isinstance(settings, Mapping) else {}
        fitting = [n for n in names if dotted == n or dotted.startswith(f"{n}.")]
        name = max(fitting, key=len) if fitting else dotted.split(".")[0]
        dotted = dotted[len(name) + 1 :]
        place = int(name) if isinstance(settings, list) and name.isdecimal() else name
        path = (*path, place)
        settings = _below(settings, place)
    return path


def _below(settings: object, place: str | int) -> object:
    if isinstance(settings, Mapping):
        return settings.get(place)
    if isinstance(settings, list) and isinstance(place, int) and place < len(settings):
        return settings[place]
    return None
