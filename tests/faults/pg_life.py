"""The life with its store on a PostgreSQL server, and a tap between that cuts the connection."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import sqlalchemy

from connectors._http_loop import LoopThread
from connectors.memory import SOURCE_SCHEMAS, World
from provisor.stores.database import SqlStore, open_store
from tests.faults.board import ANSWERS, OF_BYTES, Aim, Board, Fault
from tests.faults.journal import MARKS, Moment, WatchedWorld
from tests.faults.life import Life, PassingClock, bring_back, furnish, quick_folder
from tests.faults.machine import Case, Chapter, Trial, cases, lived, tried_by
from tests.faults.steps import STEPS
from tests.postgresql import Server

PG_STEPS = STEPS[:5]
"""The others ask the store nothing that these do not."""
ASK = "store word"
HANGING = 0.2
"""Seconds that nobody answers before the connection is reset."""


@dataclass
class PgLife(Life):
    """A life that remembers on a server."""

    url: str = ""
    """Of the database, through the tap."""
    straight: str = ""
    """Of the database, past the tap."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.watched.moment = self._moment

    @property
    def store(self) -> SqlStore:
        if self._store is None:
            self._store = open_store(self.url, clock=self.clock)
        return self._store

    def _moment(self) -> Moment:
        engine = sqlalchemy.create_engine(self.straight, poolclass=sqlalchemy.NullPool)
        with engine.connect() as connection:
            row = connection.exec_driver_sql(MARKS).one()
        return Moment(self.step, row[0], row[1], row[2], row[3], row[4] > 0, frozenset(self.losing))

    def look_again(self) -> None:
        """Copy the store into a file, for all that is read from its bytes."""
        self.path.unlink(missing_ok=True)
        self.store.copy_to(str(self.path))

    def kept_store(self) -> bytes:
        assert self.store.installation
        self.close()
        return b""


@dataclass
class RawTap:
    """Forwards bytes to a server's socket; what the client says at once is one call."""

    place: str
    board: Callable[[], Board] = Board
    port: int = 0
    _loop: LoopThread = field(default_factory=lambda: LoopThread("raw tap"))
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self) -> None:
        """Listen on a free port."""
        self._loop.run(self._listen())

    def close(self) -> None:
        """Cut every connection and be gone."""
        self._loop.run(self._stop())
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        faults: list[Fault] = []
        ends = [writer]
        try:
            answers, asks = await asyncio.open_unix_connection(self.place)
            ends.append(asks)
            pumps = (self._asked(reader, asks, faults), _answered(answers, writer, faults))
            both = [asyncio.ensure_future(pump) for pump in pumps]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for pump in both:
                pump.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            for end in ends:
                end.transport.abort()
            self._open.discard(task)

    async def _asked(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, faults: list[Fault]
    ) -> None:
        """Pass on what the client says, until it is told not to."""
        while ask := await reader.read(1 << 16):
            fault = self.board().meet(ASK)
            if fault is Fault.HANG:
                await asyncio.sleep(HANGING)
            if fault in (Fault.HANG, Fault.BEFORE):
                return
            if fault is not None:
                faults.append(fault)
            writer.write(ask)
            await writer.drain()


async def _answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, faults: list[Fault]
) -> None:
    """Pass on what the server says, or what is made of it."""
    while answer := await reader.read(1 << 16):
        match faults.pop() if faults else None:
            case None:
                writer.write(answer)
            case Fault.SLICES:
                for byte in answer:
                    writer.write(bytes([byte]))
                    await writer.drain()
            case Fault.HALF:
                writer.write(answer[: len(answer) // 2])
                await writer.drain()
                return
            case Fault.GARBAGE:
                writer.write(b"<html>" * 4)
                await writer.drain()
                return
            case _:
                return
        await writer.drain()


@dataclass
class PgStand:
    """A database server, a tap before it, and the life that is lived there now."""

    server: Server
    tap: RawTap
    stack: ExitStack
    life: PgLife | None = None
    kept: dict[str, str] = field(default_factory=dict)
    """Step to the database that holds how the store was before."""

    def board(self) -> Board:
        assert self.life is not None
        return self.life.board

    def chapters(self) -> Iterator[Chapter]:
        """Live through the steps without a fault, and keep the store before each."""
        folder = quick_folder()
        straight = self.stack.enter_context(self.server.database())
        life = PgLife(folder, target=WatchedWorld(), url=self._tapped(straight), straight=straight)
        self.life = life
        furnish(life)
        chapters = lived(life, PG_STEPS)
        for step in PG_STEPS:
            life.kept_store()
            copy = self.stack.enter_context(self.server.database(_name(straight)))
            self.kept[step.name] = _name(copy)
            yield next(chapters)
        life.close()
        shutil.rmtree(folder)

    def tried(self, chapter: Chapter, aim: Aim) -> Trial:
        """Live one step with one word to the store going wrong on its way."""
        folder = quick_folder()
        source, clock = World(SOURCE_SCHEMAS), PassingClock(chapter.before.now)
        with self.server.database(self.kept[chapter.step.name]) as straight:
            self.life = PgLife(
                folder,
                source,
                WatchedWorld(),
                clock,
                url=self._tapped(straight),
                straight=straight,
            )
            bring_back(self.life, chapter.before)
            try:
                return tried_by(self.life, chapter, aim)
            finally:
                self.life.close()
                shutil.rmtree(folder)

    def _tapped(self, straight: str) -> str:
        url = sqlalchemy.make_url(straight).set(host="127.0.0.1", port=self.tap.port, query={})
        return url.render_as_string(hide_password=False)


def _name(url: str) -> str:
    return str(sqlalchemy.make_url(url).database)


def words(chapters: Iterable[Chapter]) -> list[Case]:
    """Return everything that can become of each word to the store."""
    book = tuple(chapters)

    def is_word(case: Case) -> bool:
        return book[case.chapter].calls[case.aim.call - 1] == ASK

    return list(filter(is_word, cases(book, (*ANSWERS, *OF_BYTES))))


@contextmanager
def standing_before(server: Server) -> Iterator[PgStand]:
    """Put a tap before a server."""
    with ExitStack() as stack:
        with server.database() as url:
            folder = sqlalchemy.make_url(url).query["host"]
        tap = RawTap(f"{folder}/.s.PGSQL.5432")
        stand = PgStand(server, tap, stack)
        tap.board = stand.board
        tap.start()
        stack.callback(tap.close)
        yield stand
