"""What a brief was composed from, as a hash: as long as it stays the same, no fact has changed."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from operator import attrgetter

import orjson

from daybreak.agenda import Agenda
from daybreak.briefs.since import Snapshot
from daybreak.people import User

_BYTES = 16
# Raised when briefs are told otherwise of the same facts: then one that stands is behind, too.
_TELLING = 1
_ID = attrgetter("id.bytes")


def basis(agenda: Agenda, user: User, known: Iterable[Snapshot], more: Iterable[object]) -> str:
    """The hash of facts and of what decides how they are told; the time of day is no part of it.

    Args:
        agenda: the facts. That a source was read again, and nothing new was found, is no change.
        user: the reader.
        known: what the brief is compared with.
        more: what is told besides, such as what is the matter with the sources.
    """
    wishes = user.preferences
    told = [
        _TELLING,
        [user.name, user.timezone, user.country, wishes.quiet_day, wishes.project_choice, wishes.projects],
        [wishes.workday_start, wishes.workday_end],
        [(one.day, one.as_json()) for one in known],
        list(more),
        agenda.warnings,
        [(source.id, source.name) for source in agenda.sources],
        *(sorted(things, key=_ID) for things in _things(agenda)),
    ]
    # The driver has a UUID of its own, which JSON does not know.
    return blake2b(orjson.dumps(told, default=str), digest_size=_BYTES).hexdigest()


def _things(agenda: Agenda) -> tuple[Sequence[object], ...]:
    return (agenda.projects, agenda.phases, agenda.tasks, agenda.put_off, agenda.events, agenda.notes)
