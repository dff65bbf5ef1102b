"""The watcher: notices changes of folder sources within seconds, and enqueues readings."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.agenda.folder_watch.change_stream import ChangeStream, WatchLimitReached, is_watchable
from daybreak.agenda.folder_watch.file_systems import find_remote_folders
from daybreak.agenda.folder_watch.lease import WatcherLock
from daybreak.agenda.folder_watch.watched_folder import MISSING, WatchedFolder, find_changed
from daybreak.agenda.jobs import enqueue_refresh
from daybreak.agenda.model import ChangeDetection
from daybreak.db import Database, load, log_failure
from daybreak.intake import FolderState, IntakeSettings
from daybreak.runs import Run, Status
from daybreak.telemetry import log
from daybreak.threads import DedicatedThreads

CHANNEL = "daybreak_folders"
"""Channel of added and removed folder sources."""
_RECONCILE_SECONDS = 60.0
_IDLE_SECONDS = 300.0  # without folders; a notification is the usual way to learn of the first one
_RETRY_SECONDS = 30.0
_RESTART_SECONDS = 5.0
_BUSY_SECONDS = 2.0
_COMPARE_SECONDS = 60.0
_END_SECONDS = 3.0
_MARK_FOR = timedelta(minutes=10)
_MARK_AGAIN = timedelta(minutes=4)
_MAX_SOURCES = 5000
_MAX_PATHS = 10_000
_MAX_STREAM_CHANGES = 5
_MIN_LIMIT = 16
_sql = load("daybreak.agenda")
_threads = DedicatedThreads("folder-compare", 4, max_waiting=16)

EnqueueReading = Callable[[asyncpg.Connection, UUID, Collection[UUID]], Awaitable[Run]]


class FolderWatcher:
    """Watches folder sources until it is stopped; of the processes of a machine, one watches."""

    def __init__(
        self,
        database: Database,
        limits: IntakeSettings,
        home: Path,
        enqueue: EnqueueReading = enqueue_refresh,
    ) -> None:
        """Create a watcher; it does nothing before `run`.

        Args:
            database: the database of this process.
            limits: the limits on folders and on the number of watched ones.
            home: Daybreak's own folder, which is never read.
            enqueue: enqueues the reading of sources.
        """
        self._database = database
        self._limits = limits
        self._home = home
        self._enqueue = enqueue
        self._lock = WatcherLock(home)
        self._max_watched = limits.max_watched_folders
        self._folders: dict[UUID, WatchedFolder] = {}
        self._comparing: dict[UUID, asyncio.Task[tuple[FolderState | None, tuple[int, int] | None]]] = {}
        self._stream: ChangeStream | None = None
        self._reconcile_at = 0.0
        self._signal = asyncio.Event()
        self.watching = asyncio.Event()

    def wake(self, _payload: str = "") -> None:
        """Read the list of sources soon, since it has changed."""
        self._reconcile_at = 0.0
        self._signal.set()

    async def run(self) -> None:
        """Watch until cancelled; a failure is retried after some seconds."""
        try:
            while True:
                try:
                    await self._run_once()
                except Exception as error:  # noqa: BLE001 - a watcher that fails is started again
                    await self._database.examine_error(error)
                    log_failure("agenda.folder_watcher_failed", error, exc_info=True)
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            await self._end()

    async def _run_once(self) -> None:
        """Wait until there is work, and do it."""
        if not self._lock.acquire():
            await asyncio.sleep(_RECONCILE_SECONDS)
            return
        changes = ((one, one.changed_at) for one in self._folders.values())
        waiting = [one.pace.due_at(changed_at) for one, changed_at in changes if changed_at is not None]
        seconds = min([self._reconcile_at, *waiting]) - monotonic()
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._signal.wait(), seconds)
        self._signal.clear()
        if monotonic() >= self._reconcile_at:
            await self._reconcile()
        await self._read_changed()

    async def _reconcile(self) -> None:
        """Follow added and removed sources, and compare the folders that events do not cover."""
        self._reconcile_at = monotonic() + _RECONCILE_SECONDS
        async with self._database.without_owner() as connection:
            rows = await connection.fetch(_sql.list_folder_sources, False, _MAX_SOURCES)  # noqa: FBT003 - SQL
        known = {row["id"]: row for row in rows}
        for gone in self._folders.keys() - known.keys():
            del self._folders[gone]
        for id_, row in known.items():
            if id_ in self._folders:
                self._folders[id_].update(row)
            else:
                self._folders[id_] = WatchedFolder.from_row(row)
        for one in list(self._folders.values()):
            if await self._must_compare(one):
                await self._compare(one)
        await self._renew_stream()
        await self._mark()
        if not self._folders and self._reconcile_at > monotonic():
            self._reconcile_at = monotonic() + _IDLE_SECONDS
        self.watching.set()

    async def _must_compare(self, one: WatchedFolder) -> bool:
        if one.detection is not ChangeDetection.EVENTS or one.read_digest != one.digest:
            # The periodic check covers what is not watched, once it is known why.
            return one.detection is not None or one.state is None or one.read_digest != one.digest
        return one.identity != await _threads.run(one.find_identity)

    async def _read_changed(self) -> None:
        """Compare the folders with noticed changes that are due, and enqueue readings."""
        now = monotonic()
        changes = [(one, one.changed_at) for one in self._folders.values()]
        due = [one for one, at in changes if at is not None and one.pace.due_at(at) <= now]
        for one in due:
            changed_at, one.changed_at = one.changed_at, None
            try:
                await self._compare(one)
            except Exception:
                one.changed_at = changed_at
                raise
        if due:
            await self._renew_stream()

    async def _compare(self, one: WatchedFolder) -> None:
        """Compare a folder with what was read of it, and enqueue a reading if they differ."""
        if one.id in self._comparing and not self._comparing[one.id].done():
            one.changed_at = monotonic() + _COMPARE_SECONDS  # its file system does not answer
            return
        task = asyncio.create_task(_threads.run(self._read_state, one))
        self._comparing[one.id] = task
        try:
            async with asyncio.timeout(_COMPARE_SECONDS):
                state, identity = await asyncio.shield(task)
        except TimeoutError:
            log.warning("agenda.folder_does_not_answer", source=str(one.id))
            one.changed_at = monotonic() + _COMPARE_SECONDS
            return
        del self._comparing[one.id]
        is_first = one.state is None and one.read_digest is None
        one.state, one.identity = state, identity
        if is_first and state is not None:
            one.read_digest = state.digest  # its first reading has just been enqueued
        if one.digest != one.read_digest:
            await self._enqueue_reading(one)

    def _read_state(self, one: WatchedFolder) -> tuple[FolderState | None, tuple[int, int] | None]:
        state = one.compare(self._limits, self._home, self._max_watched + 1)
        return state, one.find_identity() if state else None

    async def _enqueue_reading(self, one: WatchedFolder) -> None:
        now = monotonic()
        if one.pace.due_at(now) > now:
            one.changed_at = now
            return
        async with self._database.transaction([one.owner_id]) as tx:
            run = await self._enqueue(tx, one.owner_id, [one.id])
        if run.status is Status.QUEUED and run.started_at is None:
            one.read_digest = one.digest
            one.pace.record(now)
            log.info("agenda.folder_changed", source=str(one.id), missing=one.digest == MISSING)
            return
        # A reading is in progress, which may have missed the change: enqueue another one after it.
        one.changed_at = now + _BUSY_SECONDS

    async def _renew_stream(self) -> None:
        """Watch the folders that exist now; compare those again that were not watched until now."""
        for _ in range(_MAX_STREAM_CHANGES):
            remote = await _threads.run(find_remote_folders)
            chosen = self._choose_folders(remote)
            paths = {path for one in chosen if one.state for path in one.state.folders}
            if paths == (self._stream.folders if self._stream else frozenset()):
                return
            before = self._stream.folders if self._stream else frozenset()
            if not await self._start_stream(paths):
                continue
            for one in chosen:
                if one.state and not before.issuperset(one.state.folders):
                    await self._compare(one)
        if paths != (self._stream.folders if self._stream else frozenset()):
            for one in chosen:
                one.detection = None

    def _choose_folders(self, remote: Iterable[Path]) -> list[WatchedFolder]:
        """Return the sources to watch by events: those with the fewest folders, up to the limit."""
        remote = tuple(remote)
        left = self._max_watched
        chosen = []
        for one in sorted(self._folders.values(), key=lambda one: len(one.state.folders) if one.state else 0):
            one.detection = None
            if one.state is None or not one.state.is_complete or not is_watchable(one.state.folders):
                continue
            if any(one.path.is_relative_to(mount) for mount in remote):
                one.detection = ChangeDetection.POLLING if self._max_watched else None
            elif len(one.state.folders) <= left:
                one.detection = ChangeDetection.EVENTS
                left -= len(one.state.folders)
                chosen.append(one)
        return chosen

    async def _start_stream(self, paths: Collection[str]) -> bool:
        """Replace the stream of events; return whether these folders are watched now."""
        stream = ChangeStream(sorted(paths), self._note_changes)
        try:
            if paths:
                await stream.start()
        except WatchLimitReached:
            self._max_watched = self._max_watched // 2 if self._max_watched > _MIN_LIMIT else 0
            log.warning(
                "agenda.watch_limit_reached", folders=len(paths), setting="fs.inotify.max_user_watches"
            )
            return False
        except OSError:  # a folder was removed in the meantime
            for one in list(self._folders.values()):
                await self._compare(one)
            return False
        replaced, self._stream = self._stream, stream if paths else None
        if replaced:
            await replaced.close()
        return True

    def _note_changes(self, paths: Collection[str] | None) -> None:
        """Record noticed changes; None after the stream has failed."""
        if paths is None:
            self._stream = None
            self._reconcile_at = min(self._reconcile_at, monotonic() + _RESTART_SECONDS)
            self._signal.set()
            return
        folders = self._folders.values()
        is_many = len(paths) > _MAX_PATHS
        changed = self._folders.keys() if is_many else find_changed(folders, paths, str(self._home))
        now = monotonic()
        for id_ in changed:
            if self._folders[id_].changed_at is None:
                self._folders[id_].changed_at = now
        if changed:
            self._signal.set()

    async def _mark(self) -> None:
        """Store how changes are noticed, where that has changed or its time is nearly over."""
        now = clock.now()
        stale = [
            one
            for one in self._folders.values()
            if one.detection != one.marked
            or (
                one.detection
                and (one.marked_until is None or one.marked_until - now < _MARK_FOR - _MARK_AGAIN)
            )
        ]
        if stale:
            await self._write_marks(stale, {one.id: one.detection for one in stale})

    async def _write_marks(
        self, folders: Collection[WatchedFolder], detections: dict[UUID, ChangeDetection | None]
    ) -> None:
        owners = list({one.owner_id for one in folders})
        until = clock.now() + _MARK_FOR
        async with self._database.transaction(owners) as tx:
            await tx.execute(_sql.mark_watched, owners, list(detections), list(detections.values()), until)
        for one in folders:
            one.marked, one.marked_until = detections[one.id], until

    async def _end(self) -> None:
        if self._stream:
            await self._stream.close()
        marked = [one for one in self._folders.values() if one.marked]
        if marked:
            with suppress(Exception):  # the marks expire
                async with asyncio.timeout(_END_SECONDS):
                    await self._write_marks(marked, dict.fromkeys(one.id for one in marked))
        self._lock.release()
