"""The lines of one project at standard length: what is late, due, starting, soon due, or blocked."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from daybreak.briefs.document.model import Bucket, BucketEntries, Section
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import OutlineSentence
from daybreak.briefs.wording.formatting import date_of
from daybreak.briefs.wording.lines import projects as wording
from daybreak.claims import Fact

_AHEAD_BUCKETS = (Bucket.IN_PROGRESS, Bucket.UPCOMING, Bucket.STALE)
_MAX_OVERDUE = 2
_MAX_STARTING = 3
_MAX_TODAY = 5
_MAX_SOON = 4
_MAX_BLOCKED = 2
_MANY_DUE_SOON = 3  # if more are due the next day, only those with weight are named
_RECENT_DAYS = 3  # from a Friday to the Monday after it
_WEEK = timedelta(days=7)
_REST_BUCKETS = tuple(
    bucket for bucket in Bucket if bucket not in {Bucket.DUE_TODAY, Bucket.RECENTLY_COMPLETED}
)


class ProjectLines:
    """The sentences of one project at standard length.

    Naming is recorded in the context, so the sentences are made once and in reading order.
    """

    def __init__(self, section: Section, context: BlockContext, *, is_soon_crowded: bool) -> None:
        self._section, self._context = section, context
        self._is_soon_crowded = is_soon_crowded
        self._views: dict[Bucket, BucketEntries] = {view.bucket: view for view in section.buckets}

    def sentences(self) -> Iterator[OutlineSentence]:
        """Yield the sentences; none if nothing in the project matters now."""
        found = [*self._overdue(), *self._today(), *self._starting(), *self._soon(), *self._blocked()]
        waiting = list(self._waiting())
        if not (found or any(matters for _, matters in waiting) or self._has_debt_of_the_week()):
            return
        yield from found
        yield from (sentence for sentence, _ in waiting)
        # A line about a blocked task counts those that wait for the same one, but not the others.
        told = {sentence.kind for sentence in found} - {Bucket.BLOCKED.value}
        buckets = [bucket for bucket in _REST_BUCKETS if bucket.value not in told]
        counts = [
            wording.RestCount(bucket, self.rest_count(bucket), is_rest=self._is_partly_named(bucket))
            for bucket in buckets
        ]
        if text := wording.rest(counts):
            ids = tuple(one for bucket in buckets for one in self._unnamed(bucket))
            yield self._context.line("rest", text, ids)

    def rest_count(self, bucket: Bucket) -> int:
        """Return the number of tasks of a bucket that no sentence names."""
        view = self._views.get(bucket)
        return view.count - len(self._ids(bucket)) + len(self._unnamed(bucket)) if view else 0

    def rest_facts(self) -> Iterator[str]:
        """Yield the ids of the facts of all open tasks that no sentence names."""
        return (one for bucket in _REST_BUCKETS for one in self._unnamed(bucket))

    def _ids(self, bucket: Bucket) -> list[str]:
        view = self._views.get(bucket)
        cited = (claim.facts[0] for claim in view.entries if claim.facts) if view else ()
        return [one for one in cited if one in self._context.document.facts]

    def _unnamed(self, bucket: Bucket) -> list[str]:
        return self._context.naming.unnamed(self._ids(bucket))

    def _is_partly_named(self, bucket: Bucket) -> bool:
        return len(self._unnamed(bucket)) < len(self._ids(bucket))

    def _overdue(self) -> Iterator[OutlineSentence]:
        """Name the newest debts; older ones and those of the last brief are counted."""
        fresh = sorted(self._unnamed(Bucket.OVERDUE), key=self._days_late)
        news = [one for one in fresh if self._days_late(one) <= _RECENT_DAYS and not self._was_overdue(one)]
        is_first_brief = self._context.document.since_last.date is None
        newest = [one for one in fresh[:1] if is_first_brief and self._days_late(one) <= _WEEK.days]
        if named := news[:_MAX_OVERDUE] or newest:
            yield self._bucket_sentence(Bucket.OVERDUE, "Overdue", named)

    def _has_debt_of_the_week(self) -> bool:
        """Return whether a debt younger than a week is unnamed: then its project is counted by itself."""
        return any(self._days_late(one) <= _WEEK.days for one in self._unnamed(Bucket.OVERDUE))

    def _was_overdue(self, fact_id: str) -> bool:
        """Return whether the last brief had the task as overdue."""
        last = self._context.document.since_last.date
        return last is not None and wording.due_day(self._fact(fact_id)) < last

    def _was_to_start(self, fact_id: str) -> bool:
        """Return whether the last brief had the task as one to start."""
        last, start = self._context.document.since_last.date, self._fact(fact_id).start
        return last is not None and start is not None and date_of(start) <= last

    def _starting(self) -> Iterator[OutlineSentence]:
        fresh = sorted(self._unnamed(Bucket.STARTING_TODAY), key=self._days_planned)
        news = [
            one for one in fresh if self._days_planned(one) <= _RECENT_DAYS and not self._was_to_start(one)
        ]
        if named := news[:_MAX_STARTING]:
            yield self._bucket_sentence(Bucket.STARTING_TODAY, "To start", named)

    def _due_days(self, fact_id: str) -> int:
        return wording.due_day(self._fact(fact_id)).toordinal()

    def _days_late(self, fact_id: str) -> int:
        return self._context.tense.today.toordinal() - self._due_days(fact_id)

    def _days_planned(self, fact_id: str) -> int:
        start, today = self._fact(fact_id).start, self._context.tense.today
        return (today - date_of(start)).days if start else 0

    def _bucket_sentence(self, bucket: Bucket, label: str, named: Sequence[str]) -> OutlineSentence:
        context, ids, fresh = self._context, self._ids(bucket), self._unnamed(bucket)
        total = self._views[bucket].count
        counts = wording.BucketCounts(
            total=total, above=len(ids) - len(fresh), more=total - len(ids) + len(fresh) - len(named)
        )
        context.naming.name(*named)
        text = wording.bucket(bucket, label, context.facts(named), counts, context.tense)
        return context.line(bucket.value, text, tuple(ids))

    def _today(self) -> Iterator[OutlineSentence]:
        if fresh := self._unnamed(Bucket.DUE_TODAY):
            yield self._bucket_sentence(Bucket.DUE_TODAY, "Due today", fresh[:_MAX_TODAY])

    def _soon(self) -> Iterator[OutlineSentence]:
        """Yield what is due the next day, and what has weight within a week."""
        ahead = [one for bucket in _AHEAD_BUCKETS for one in self._unnamed(bucket) if self._is_soon(one)]
        if named := sorted(ahead, key=self._due_days)[:_MAX_SOON]:
            self._context.naming.name(*named)
            text = wording.due_soon(self._context.facts(named), self._context.tense)
            yield self._context.line("due_soon", text, tuple(named))

    def _is_soon(self, fact_id: str) -> bool:
        fact, today = self._fact(fact_id), self._context.tense.today
        has_weight = wording.has_weight(fact) or not self._is_soon_crowded
        return has_weight and today < wording.due_day(fact) <= wording.last_day_to_name(fact, today)

    def _blocked(self) -> Iterator[OutlineSentence]:
        """Yield what blocks most: first the reader's own tasks that block others, then others' tasks."""
        by_blocker: dict[str, list[str]] = {}
        for one in sorted(self._unnamed(Bucket.BLOCKED), key=self._due_days):
            by_blocker.setdefault(next(iter(self._fact(one).blockers), ""), []).append(one)
        known = self._context.document.facts
        groups = [
            (known.get(blocker), ids)
            for blocker, ids in by_blocker.items()
            if self._is_pressing(ids[0], known.get(blocker))
        ]
        groups.sort(key=lambda group: not _is_mine(group[0]))
        for blocker, ids in groups[:_MAX_BLOCKED]:
            yield self._blocked_sentence(blocker, ids)

    def _blocked_sentence(self, blocker: Fact | None, ids: Sequence[str]) -> OutlineSentence:
        context, facts = self._context, self._context.facts(ids)
        is_told_below = self._is_told_below(*facts[0].blockers[:1], ids[0])
        context.naming.name(*ids, *(() if is_told_below else facts[0].blockers[:1]))
        text = wording.held_up(facts, blocker, context.tense, is_told_below=is_told_below)
        kind = Bucket.BLOCKED.value if blocker is None else "blocks"
        return context.line(kind, text, (*ids, *facts[0].blockers[:1]))

    def _is_pressing(self, fact_id: str, blocker: Fact | None) -> bool:
        """Return whether a blocked task is due about now, or this week if the reader holds it up."""
        fact, today = self._fact(fact_id), self._context.tense.today
        last = today + _WEEK if _is_mine(blocker) else wording.last_day_to_name(fact, today)
        return self._days_late(fact_id) <= _RECENT_DAYS and wording.due_day(fact) <= last

    def _is_told_below(self, *blocker_and_blocked: str) -> bool:
        """Return whether a person's line names the task and what it holds up."""
        return any(set(blocker_and_blocked) <= set(claim.facts) for claim in self._section.waiting)

    def _waiting(self) -> Iterator[tuple[OutlineSentence, bool]]:
        """Yield a sentence for each person, with whether a task is overdue or holds up the reader.

        There is none for a person whose tasks are all named above, next to what waits for them.
        """
        for claim in self._section.waiting:
            ids = [one for one in claim.facts if self._context.is_task(one)]
            theirs = [one for one in ids if not self._context.is_mine(one)]
            if theirs and not self._context.naming.unnamed(theirs):
                continue
            tasks = [self._fact(one) for one in ids]
            today = self._context.tense.today
            matters = any(wording.due_day(fact) < today or _is_mine(fact) for fact in tasks)
            yield self._context.line(claim.kind, claim.text.removesuffix("."), claim.facts), matters

    def _fact(self, fact_id: str) -> Fact:
        return self._context.document.facts[fact_id]


def is_soon_crowded(context: BlockContext) -> bool:
    """Return whether too many tasks are due the next day to name those without weight."""
    today = context.tense.today
    due = (
        wording.due_day(context.document.facts[claim.facts[0]])
        for section in context.document.sections
        for view in section.buckets
        if view.bucket in _AHEAD_BUCKETS
        for claim in view.entries
        if claim.facts and claim.facts[0] in context.document.facts
    )
    return sum(today < day <= wording.last_day_soon(today) for day in due) > _MANY_DUE_SOON


def _is_mine(fact: Fact | None) -> bool:
    return fact is not None and fact.holder in {None, "mine"}
