"""The fingerprint of a brief: a hash of its inputs. As long as it is equal, no fact has changed."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from operator import attrgetter

import orjson

from daybreak.agenda import Agenda
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.people import User

_DIGEST_BYTES = 16
# Raised when the wording of the same facts changes: then existing briefs are out of date, too.
_WORDING_VERSION = 1
_ID = attrgetter("id.bytes")


def fingerprint(agenda: Agenda, user: User, snapshots: Iterable[Snapshot], extra: Iterable[object]) -> str:
    """Return the hash of the facts and of the settings that affect their wording, but not of the time of day.

    Args:
        agenda: the facts. Reading a source again without finding changes does not alter the hash.
        user: the reader.
        snapshots: the stored snapshots that the brief is compared with.
        extra: further inputs, such as the warnings about sources.
    """
    wishes = user.preferences
    inputs = [
        _WORDING_VERSION,
        [user.name, user.timezone, user.country, wishes.quiet_day, wishes.project_choice, wishes.projects],
        [wishes.workday_start, wishes.workday_end, wishes.lunch_start, wishes.lunch_end],
        [sorted(wishes.days_off), wishes.focus_is_free, wishes.shortest_gap_minutes],
        [(one.day, one.digest) for one in snapshots],
        list(extra),
        agenda.warnings,
        [(source.id, source.name) for source in agenda.sources],
        *(sorted(things, key=_ID) for things in _collections(agenda)),
    ]
    # asyncpg has its own UUID class, which orjson cannot encode.
    return blake2b(orjson.dumps(inputs, default=str), digest_size=_DIGEST_BYTES).hexdigest()


def _collections(agenda: Agenda) -> tuple[Sequence[object], ...]:
    return (agenda.projects, agenda.phases, agenda.tasks, agenda.deferred, agenda.events, agenda.notes)
