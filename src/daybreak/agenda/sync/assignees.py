"""The people to whom the tasks of a source are assigned: who of them the owner is, the owner answers."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from daybreak.agenda.rows import Row
from daybreak.people import Sighting


def count_assignees(tasks: Iterable[Row]) -> list[Sighting]:
    """Return each assignee of each file with the number of its tasks, the most frequent first."""
    counts = Counter((task["assignee"], task["path"]) for task in tasks if task["assignee"])
    return [
        Sighting(assignee, PurePosixPath(path).name, items)
        for (assignee, path), items in counts.most_common()
    ]
