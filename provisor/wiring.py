"""Configuration in, ready objects out; the one place that chooses implementations.

The store is opened once, and a connector when it is used.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from provisor.config.compiling import CompiledJob, compile_job, job_problems
from provisor.config.configuration import Configuration
from provisor.config.fitting import pairs
from provisor.config.joining import guard_of, joined_systems, joining_of, unread_attributes
from provisor.config.loading import load, load_text
from provisor.config.loans import lenders_of
from provisor.config.people_settings import PeopleSettings
from provisor.config.whole_revision import charter_of
from provisor.domain.schema import ObjectType
from provisor.engine.carrying.delivering import CommandDelivery
from provisor.engine.carrying.halting import Halt
from provisor.engine.chains.borrowing import borrowing
from provisor.engine.chains.lending import Lender
from provisor.engine.job import (
    Actor,
    CyclePolicy,
    Executor,
    HistoryPolicy,
    Job,
    Progress,
    Unwatched,
)
from provisor.engine.people.feeds import Feed, attributes_known
from provisor.engine.people.joined_source import JoinedSource
from provisor.engine.people.people_desk import PeopleDesk, refuse_unjoined
from provisor.engine.revisions.desk import Desk
from provisor.engine.revisions.in_force import refuse_claim
from provisor.errors import CommandInvalid, ConfigurationError
from provisor.installed import connector_class
from provisor.ports.clock import Clock
from provisor.ports.connector import Connector, Description, Health
from provisor.ports.delivery import Delivery
from provisor.ports.secret import Secret
from provisor.ports.store import Store
from provisor.stores.database import open_store, place_of
from provisor.system_clock import SystemClock

if TYPE_CHECKING:
    from provisor.config.case_reading import JobUnderTest


def _walk_on(_milestone: str) -> None:
    """Walk on."""


@dataclass(slots=True)
class Wiring:
    """One opened configuration; closes what it opened."""

    configuration: Configuration
    actor: Actor
    clock: Clock = field(default_factory=SystemClock)
    progress: Progress = field(default_factory=Unwatched)
    executor: Executor = Executor.BY_SIZE
    reached: Callable[[str], None] = _walk_on
    halt: Halt = field(default_factory=Halt)
    full: bool = False
    """Whether somebody asked to read everything, whatever is remembered."""
    _store: Store | None = None
    _connectors: dict[str, Connector] = field(default_factory=dict)
    _is_guest: bool = False
    """Whether the store is somebody else's to close."""
    _claims: bool = False
    """Whether who acts was named by `--as`."""

    @property
    def store(self) -> Store:
        """The store, opened at first use.

        Raises:
            StoreOlder, StoreNewer, StoreDamaged: it cannot serve.
            ConfigurationUnreviewed: a name is claimed that the active revision does not believe.
        """
        if self._store is None:
            self._store = open_store(_plain(self.configuration.store_url()), clock=self.clock)
            if self._claims:
                refuse_claim(self._store, charter_of(self.configuration))
        return self._store

    def connector(self, system: str) -> Connector:
        """Return the connector of a system, built at first use.

        Raises:
            ConfigurationError: a setting is wrong, with its file and line.
        """
        if system not in self._connectors:
            self._connectors[system] = self._open_connector(system)
        return self._connectors[system]

    def _open_connector(self, system: str) -> Connector:
        written = self.configuration.system(system)
        if isinstance(written, PeopleSettings):
            return self._joined(system, written)
        settings = self.configuration.settings_for_connector(system)
        opener = connector_class(written.connector)
        try:
            return opener(system, settings)
        except ConfigurationError as error:
            raise self.configuration.located(error, system) from None

    def _joined(self, name: str, written: PeopleSettings) -> Connector:
        feeds = [
            Feed(
                one.system,
                self.connector(one.system),
                one.attributes,
                guard_of(written, one),
            )
            for one in written.of
        ]
        known = attributes_known(feeds)
        if known is not None:
            places = self.configuration.places
            for problem in unread_attributes(name, written, known, places):
                raise problem
        zone = ZoneInfo(self.configuration.settings.time_zone)
        return JoinedSource(name, joining_of(written), feeds, lambda: self.store, self.clock, zone)

    def compiled(self, name: str) -> CompiledJob:
        """Return a job's rules, checked against both systems.

        Raises:
            ConfigurationError: the job does not fit its systems.
        """
        settings = self.configuration.job(name)
        source, target = self.connector(settings.source), self.connector(settings.target)
        return compile_job(
            self.configuration,
            name,
            source=source.describe(),
            target=target.describe(),
            seen=self._seen(settings.source),
            lent=self._lent(name),
        )

    def _lent(self, name: str) -> Mapping[str, Description]:
        return {job: one.connector.describe() for job, one in self._lenders(name).items()}

    def _lenders(self, name: str) -> Mapping[str, Lender]:
        """Return the jobs whose values a job reads."""
        jobs = sorted(lenders_of(self.configuration.job(name)))
        targets = {one: self.configuration.job(one).target for one in jobs}
        return {n: Lender(n, target, self.connector(target)) for n, target in targets.items()}

    def under_test(self, name: str) -> JobUnderTest:
        """Return a job for cases: its rules, from what its two systems say of themselves.

        The store is not asked, and nothing else is.

        Raises:
            ConfigurationError: the job does not fit its systems.
        """
        # Only `provisor test` needs cases; no other command waits for reading them.
        from provisor.config.case_reading import JobUnderTest

        settings = self.configuration.job(name)
        source = self.connector(settings.source).describe()
        target = self.connector(settings.target).describe()
        lent = self._lent(name)
        compiled = compile_job(
            self.configuration, name, source=source, target=target, seen={}, lent=lent
        )
        both = pairs(self.configuration, name, source, target, {}, lent)
        return JobUnderTest(compiled.rules, {pair.object_type: pair for pair in both})

    def problems(self, name: str) -> tuple[ConfigurationError, ...]:
        """Return everything that does not fit in a job, instead of raising the first."""
        settings = self.configuration.job(name)
        source, target = self.connector(settings.source), self.connector(settings.target)
        return job_problems(
            self.configuration,
            name,
            source=source.describe(),
            target=target.describe(),
            seen=self._seen(settings.source),
            lent=self._lent(name),
        )

    def _seen(self, system: str) -> Mapping[ObjectType, Collection[str]]:
        """Columns that a feed once had are known: one that lost them is incomplete, not wrong."""
        found: dict[ObjectType, Collection[str]] = {}
        file = store_file(self.configuration)
        if file is not None and not file.exists():
            return found  # `provisor check` makes no store
        for object_type in ObjectType:
            observation = self.store.observations.last_complete(system, object_type)
            if observation is not None:
                found[object_type] = observation.columns
        return found

    def job(self, name: str) -> Job:
        """Return a job with everything it needs in hand.

        Raises:
            ConfigurationError: the configuration does not allow it.
        """
        compiled = self.compiled(name)
        rules = compiled.rules
        around = (self.store, self.clock, self.progress)
        return Job(
            rules=rules,
            document=compiled.document,
            source=borrowing(self.connector(rules.source), rules, self._lenders(name), *around),
            target=self.connector(rules.target),
            store=self.store,
            clock=self.clock,
            actor=self.actor,
            policy=self.configuration.approvals,
            charter=charter_of(self.configuration),
            deliveries=self.deliveries(),
            progress=self.progress,
            executor=self.executor,
            cycle=self._cycle(name),
            calls_per_minute=self.configuration.calls_per_minute(rules.target),
            history=HistoryPolicy(self.configuration.settings.history.days),
            reached=self.reached,
            halt=self.halt,
        )

    def _cycle(self, name: str) -> CyclePolicy:
        written = self.configuration.job(name).cycle
        if written is None:
            return CyclePolicy(full=self.full)
        return CyclePolicy(written.full_every_hours, self.full, written.part_rows)

    def what_if(self, path: Path) -> Wiring:
        """Return another configuration over the same store, for a comparison that keeps nothing.

        Secrets come from the same environment. Closing it leaves the store open.

        Raises:
            ConfigurationError: the file is wrong.
        """
        return self.beside(load(path, self.configuration.environment))

    def under(self, text: str) -> Wiring:
        """Return what this file would be with another text, over the same store.

        Raises:
            ConfigurationError: the text is wrong.
        """
        configuration = self.configuration
        return self.beside(load_text(text, configuration.path, configuration.environment))

    def beside(self, configuration: Configuration) -> Wiring:
        """Return another configuration over the same store; closing it leaves the store open."""
        walk = (self.clock, self.progress, self.executor, self.reached)
        return Wiring(configuration, self.actor, *walk, _store=self.store, _is_guest=True)

    def deliveries(self) -> Mapping[str, Delivery]:
        """Return the hooks by name."""
        folder = self.configuration.folder
        return {
            name: CommandDelivery(written.command, written.seconds, folder)
            for name, written in self.configuration.settings.deliveries.items()
        }

    def probe(self, system: str) -> Health:
        """Ask a system whether it is there and lets us in."""
        return self.connector(system).probe()

    def close(self) -> None:
        """Let go of everything that was opened."""
        for connector in self._connectors.values():
            connector.close()
        self._connectors.clear()
        if self._store is not None and not self._is_guest:
            self._store.close()
        self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_wiring(path: Path, environment: Mapping[str, str], name: str | None) -> Wiring:
    """Read a configuration and say who acts.

    Args:
        path: the configuration file.
        environment: where references to secrets lead.
        name: who the caller claims to be; only where identities are asserted.

    Raises:
        ConfigurationError: the file is wrong, or the claim is not allowed.
    """
    configuration = load(path, environment)
    return Wiring(configuration, actor_of(configuration, name), _claims=name is not None)


def desk_of(wiring: Wiring) -> Desk:
    """Return where people speak about configurations."""
    return Desk(
        wiring.store,
        wiring.clock,
        wiring.actor,
        wiring.configuration.approvals,
        charter_of(wiring.configuration),
        wiring.reached,
    )


def people_desk_of(wiring: Wiring, system: str) -> PeopleDesk:
    """Return where people say who is who in a system that is made of others.

    Raises:
        CommandInvalid: there is no such system.
    """
    configuration = wiring.configuration
    joined = joined_systems(configuration.settings)
    if system not in joined:
        raise refuse_unjoined(system, joined)
    source = wiring.connector(system)
    if not isinstance(source, JoinedSource):
        raise TypeError("a joined system is a joined source")
    jobs = ((name, configuration.job(name)) for name in configuration.jobs)
    return PeopleDesk(
        system,
        source,
        tuple((name, job.target) for name, job in jobs if job.source == system),
        wiring.store,
        wiring.clock,
        wiring.actor,
        configuration.approvals,
    )


def open_rehearsal(path: Path, environment: Mapping[str, str]) -> Wiring:
    """Read a configuration for trying cases: secrets need not be at hand, and nobody acts.

    Raises:
        ConfigurationError: the file is wrong.
    """
    return Wiring(load(path, environment).disarmed(), Actor("rehearsal", asserted=True))


def actor_of(configuration: Configuration, name: str | None) -> Actor:
    """Return who acts: the operating system's user, or the asserted name.

    Raises:
        CommandInvalid: a name is claimed where identities are proven.
    """
    if name is not None and not configuration.asserted:
        raise CommandInvalid(
            "`--as` works only where identities are asserted",
            where="identity.mode",
            found="`identity: {mode: os}`; the operating system says who acts",
            safe="nothing was read and nothing was written",
            next="log in as that user, or set `identity: {mode: asserted}` for a trial",
        )
    return Actor(name or getpass.getuser(), configuration.asserted)


def upgrade_store(configuration: Configuration) -> str:
    """Create the store, or bring it to this program's revision; return that revision."""
    # Alembic costs half a second, and only this command needs it.
    from provisor.stores.upgrade import create_or_upgrade

    return create_or_upgrade(_plain(configuration.store_url()))


def _plain(url: str | Secret) -> str:
    return url.reveal() if isinstance(url, Secret) else url


def store_file(configuration: Configuration) -> Path | None:
    """Return the file of a SQLite store, or None for a server's."""
    return place_of(_plain(configuration.store_url())).file
