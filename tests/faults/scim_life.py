"""The life against a real SCIM server, with a tap between that counts, cuts and notes."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.memory import SOURCE_SCHEMAS, World
from connectors.scim import ScimConnector
from provisor.domain.schema import ObjectType
from provisor.engine.job import Job
from provisor.ports.secret import Secret
from provisor.stores.database import SqlStore, open_store
from tests.connectors.scim_server import TOKEN, RunningServer, running_server
from tests.faults.board import Aim, Board
from tests.faults.journal import WatchedWorld
from tests.faults.life import (
    GROUPS,
    PROTECTED,
    STRANGER,
    USERS,
    Life,
    PassingClock,
    bring_back,
    quick_folder,
    staff,
)
from tests.faults.machine import Chapter, Trial, lived, tried_by
from tests.faults.steps import STEPS
from tests.faults.tap import Message, Tap
from tests.stories.workplace import MAIL, Office

QUICK, PATIENT = 0.2, 60.0
"""Seconds that a call may take: until something has gone wrong, and afterwards."""
LEFT_OUT = frozenset({"a poisoned record", "changes by hand"})
"""Steps that move the fake target's own hand."""
SCIM_STEPS = tuple(step for step in STEPS if step.name not in LEFT_OUT)
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_FLAT = ("userName", "displayName", "title", "active", "externalId")


def flat(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource in the words of the rules."""
    row = {name: resource[name] for name in _FLAT if name in resource}
    mails = [one["value"] for one in resource.get("emails", ()) if one.get("type") == "work"]
    return {"id": resource["id"], **row, **({MAIL: mails[0]} if mails else {})}


class Mirror(WatchedWorld):
    """What the server holds, as it showed it by itself after each change."""

    def __init__(self, server: RunningServer) -> None:
        super().__init__()
        self.server = server

    def shown_by(self, path: str) -> dict[str, Any] | None:
        """Ask the server for one resource, past the tap; None where it has none."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        address = f"{self.server.url}{path}"
        asked = urllib.request.Request(address, headers=headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - loopback
                found: dict[str, Any] = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        return found

    def put(self, path: str, body: Mapping[str, Any]) -> str:
        """Let somebody else make a resource."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        content = json.dumps(body).encode()
        address = f"{self.server.url}{path}"
        asked = urllib.request.Request(address, content, headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - loopback
            return str(json.loads(answer.read())["id"])

    def look_again(self) -> None:
        """Read everything that the server holds."""
        users = self._listed("/Users")
        groups = self._listed("/Groups")
        self.users = {row["id"]: flat(row) for row in users}
        self.groups = {row["id"]: flat(row) for row in groups}
        self.members = {row["id"]: _members(row) for row in groups}

    def _listed(self, path: str) -> list[dict[str, Any]]:
        found = self.shown_by(f"{path}?count=1000")
        assert found is not None
        assert found["totalResults"] == len(found.get("Resources", ()))
        return list(found.get("Resources", ()))

    # --- what the tap asks and tells ------------------------------------------------------------

    def before(self, request: Message) -> dict[str, Any] | None:
        """Return the resource that a write is about, as it was."""
        is_write = request.method in ("PATCH", "PUT", "DELETE")
        return self.shown_by(request.path.removeprefix("/v2")) if is_write else None

    def after(self, request: Message, answer: Message, known: object) -> None:
        """Note what a write changed."""
        if request.method == "GET" or answer.status >= 300:
            return
        path = request.path.removeprefix("/v2")
        assert path.startswith(("/Users", "/Groups")), f"nobody notes {request.start}"
        kind = USERS if path.startswith("/Users") else GROUPS
        old = known if isinstance(known, dict) else None
        if request.method == "POST":
            path = f"{path}/{answer.content['id']}"
        self._changed(kind, path.rpartition("/")[2], old, self.shown_by(path))

    def _changed(
        self,
        kind: ObjectType,
        native: str,
        old: dict[str, Any] | None,
        new: dict[str, Any] | None,
    ) -> None:
        table = self.table(kind)
        if new is None:
            self._note("remove", kind, native, {})
            table.pop(native, None)
            return
        before = flat(old) if old is not None else {}
        table[native] = flat(new)
        told = {n: v for n, v in table[native].items() if before.get(n) != v}
        if old is None or told:
            self._note("change" if old is not None else "create", kind, native, told)
        was, now = _members(old or {}), _members(new)
        self.members[native] = now
        joined = frozenset(self.key_of(one) for one in now.keys() - was.keys())
        parted = frozenset(self.key_of(one) for one in was.keys() - now.keys())
        if joined or parted:
            self._note("members", ObjectType.MEMBERSHIPS, native, {}, "", (joined, parted))


def _members(resource: Mapping[str, Any]) -> dict[str, None]:
    return {one["value"]: None for one in resource.get("members") or ()}


@dataclass
class ScimLife(Life):
    """A life whose target is a server of somebody else."""

    tap: Tap | None = None
    connectors: list[ScimConnector] = field(default_factory=list)

    @property
    def store(self) -> SqlStore:
        if self._store is None:
            self._store = open_store(f"sqlite:///{self.path}", clock=self.clock)
        return self._store

    def job(self, actor: str = "ann", reached: Callable[[str], None] | None = None) -> Job:
        job = Office.job(self, actor, reached)
        scim = self._connector()
        schemas = scim.describe().schemas
        objects = {
            kind: replace(rules, schema=schemas[kind]) for kind, rules in job.rules.objects.items()
        }
        return replace(job, rules=replace(job.rules, objects=objects), target=scim)

    def _connector(self) -> ScimConnector:
        assert self.tap is not None
        seconds = QUICK if self.board.is_waiting else PATIENT
        url = f"http://127.0.0.1:{self.tap.port}/v2"
        settings = {"url": url, "token": Secret(TOKEN), "time_out_seconds": seconds}
        self.connectors.append(ScimConnector("app", {**settings, "patience_seconds": seconds}))
        return self.connectors[-1]

    def close(self) -> None:
        super().close()
        while self.connectors:
            self.connectors.pop().close()

    def look_again(self) -> None:
        assert isinstance(self.target, Mirror)
        self.target.look_again()


@dataclass
class Stand:
    """A server, a tap before it, and the life that is lived there now."""

    server: RunningServer
    tap: Tap
    life: ScimLife | None = None
    kept: dict[str, int] = field(default_factory=dict)
    """Step to the number by which the server knows how it was before."""

    def board(self) -> Board:
        assert self.life is not None
        return self.life.board

    @property
    def mirror(self) -> Mirror:
        assert self.life is not None
        assert isinstance(self.life.target, Mirror)
        return self.life.target

    def new_life(self, folder: Path) -> ScimLife:
        """Begin with an empty server but for the accounts of others."""
        self.server.reset()
        mirror = Mirror(self.server)
        others = [
            mirror.put("/Users", {"schemas": [_USER], "userName": name, "active": True})
            for name in (PROTECTED, STRANGER)
        ]
        members = [{"value": one} for one in others]
        mirror.put("/Groups", {"schemas": [_GROUP], "displayName": "Operators", "members": members})
        mirror.look_again()
        self.life = ScimLife(folder, target=mirror, tap=self.tap)
        staff(self.life)
        return self.life

    def chapters(self, folder: Path) -> Iterator[Chapter]:
        """Live through the steps without a fault, and keep how the server was before each."""
        life = self.new_life(folder)
        chapters = lived(life, SCIM_STEPS)
        for step in SCIM_STEPS:
            self.kept[step.name] = self.server.keep()
            yield next(chapters)
        life.close()
        shutil.rmtree(folder)

    def tried(self, chapter: Chapter, aim: Aim) -> Trial:
        """Live one step with one call going wrong on its way to the server."""
        self.server.bring_back(self.kept[chapter.step.name])
        folder = quick_folder()
        source, clock = World(SOURCE_SCHEMAS), PassingClock(chapter.before.now)
        self.life = ScimLife(folder, source, Mirror(self.server), clock, tap=self.tap)
        bring_back(self.life, chapter.before)
        try:
            return tried_by(self.life, chapter, aim)
        finally:
            self.life.close()
            shutil.rmtree(folder)


@contextmanager
def standing() -> Iterator[Stand]:
    """Start a server and a tap."""
    with running_server() as server:
        place = urlsplit(server.url)
        assert place.hostname is not None
        assert place.port is not None
        tap = Tap((place.hostname, place.port), Board)
        stand = Stand(server, tap)
        tap.board = stand.board
        tap.before = lambda request: stand.mirror.before(request)
        tap.after = lambda request, answer, known: stand.mirror.after(request, answer, known)
        tap.start()
        try:
            yield stand
        finally:
            tap.close()
