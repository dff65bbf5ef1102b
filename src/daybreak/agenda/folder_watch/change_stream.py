"""The operating system's events for a list of folders, in a thread."""

import asyncio
import threading
from collections.abc import Callable, Collection, Iterable, Sequence

from watchfiles._rust_notify import RustNotify  # documented as the package's lower interface

from daybreak.telemetry import log
from daybreak.threads import DedicatedThreads

QUIET_MS = 1000
MAX_DELAY_MS = 5000
_threads = DedicatedThreads("folder-watcher", 4)

ChangeCallback = Callable[[Collection[str] | None], None]
"""Called in the event loop with the changed paths, or with None after the stream has failed."""


def is_watchable(folders: Iterable[str]) -> bool:
    """Return whether the library accepts all of these paths: it takes names in UTF-8 only."""
    try:
        for path in folders:
            path.encode()
    except UnicodeEncodeError:
        return False
    return True


class WatchLimitReached(Exception):
    """The operating system watches no more folders for this user."""


class ChangeStream:
    """Watches each of these folders, without their subfolders, until it is closed."""

    def __init__(self, folders: Sequence[str], on_change: ChangeCallback) -> None:
        self.folders = frozenset(folders)
        self._paths = list(folders)
        self._on_change = on_change
        self._stop = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start watching; changes after the return are reported.

        Raises:
            WatchLimitReached: these are too many folders for the operating system.
            OSError: a folder does not exist any more.
        """
        notifier = await _threads.run(self._open)
        self._task = asyncio.create_task(_threads.run(self._report, notifier))

    async def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._task is not None:
            await self._task

    def _open(self) -> RustNotify:
        try:
            return RustNotify(
                self._paths,
                debug=False,
                force_polling=False,
                poll_delay_ms=QUIET_MS,
                recursive=False,
                ignore_permission_denied=True,
            )
        except OSError as error:
            if "limit" in str(error):
                raise WatchLimitReached(str(error)) from None
            raise

    def _report(self, notifier: RustNotify) -> None:
        try:
            with notifier:
                while not self._stop.is_set():
                    found = notifier.watch(MAX_DELAY_MS, QUIET_MS, 0, self._stop)
                    if isinstance(found, set):
                        self._call({path for _, path in found})
                    elif found == "signal":
                        return
        except BaseException as error:  # noqa: BLE001 - a panic of the library is no Exception
            log.warning("agenda.folder_events_failed", error=str(error))
            self._call(None)

    def _call(self, paths: Collection[str] | None) -> None:
        if not self._stop.is_set():
            self._loop.call_soon_threadsafe(self._on_change, paths)
