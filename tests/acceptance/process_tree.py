"""Processes, their parents and children."""

import subprocess


def list_family(pid: int) -> set[int]:
    """Return a process and all its descendants."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = dict(map(int, line.split()) for line in listed.stdout.splitlines())
    family, found = set(), {pid}
    while found:
        family |= found
        found = {child for child, parent in parents.items() if parent in family} - family
    return family


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def parent_of(pid: int) -> int:
    """Return the process id of a process's parent."""
    listed = subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(listed.stdout)
