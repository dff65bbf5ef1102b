import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from daybreak.errors import InternalError
from daybreak.intake import BoundedPool, InputDone, InputFailed, IntakeSettings

MIB = 1024**2
QUICK = IntakeSettings(read_seconds=1, max_read_memory=256 * MIB)
PATIENT = IntakeSettings(read_seconds=600, max_read_memory=256 * MIB)
OPEN_FILES = """[
    os.fstat(number).st_ino
    for os in [__import__('os')] for number in range(64) if os.path.exists('/dev/fd/%d' % number)
]"""
IN_PYTHON = "exec('while True: pass')"
IN_C = "__import__('re').match('(a*)*b', 'a' * 40)"


def outcomes(*expressions: str, limits: IntakeSettings = QUICK, processes: int = 1) -> list[Any]:
    """Return a pool's results for Python expressions."""
    with BoundedPool[str, object]("builtins:eval", limits, processes=processes) as pool:
        return list(pool.map(enumerate(expressions)))


def messages(*expressions: str) -> list[str]:
    return [result.message if isinstance(result, InputFailed) else "" for result in outcomes(*expressions)]


def pid_of(pool: BoundedPool[str, object]) -> int:
    (result,) = pool.map([("pid", "__import__('os').getpid()")])
    assert isinstance(result, InputDone)
    assert isinstance(result.value, int)
    return result.value


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123
            if stat.read().rpartition(")")[2].split()[0] == "Z":
                return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("processes", [1, 3])
def test_results_come_in_the_order_of_the_inputs(processes: int) -> None:
    slow_then_quick = [f"__import__('time').sleep({0.05 * (3 - n % 4)}) or {n}" for n in range(8)]

    results = outcomes(*slow_then_quick, processes=processes)

    assert results == [InputDone(n, n) for n in range(8)]


@pytest.mark.parametrize("endless", [IN_PYTHON, IN_C, "__import__('time').sleep(99)"])
def test_slow_input_is_skipped_and_the_next_is_read(endless: str) -> None:
    first, second = outcomes(endless, "7")

    assert first.message.startswith("took longer than 1 s to read")
    assert second == InputDone(1, 7)


def test_input_over_the_memory_limit_is_skipped_and_the_next_is_read() -> None:
    first, second = outcomes("bytearray(1 << 30)", "7")

    assert first.message.startswith("needs more than 256 MiB of memory to read")
    assert second == InputDone(1, 7)


@pytest.mark.parametrize(
    ("fatal", "cause"),
    [
        ("__import__('ctypes').string_at(0)", "SIGSEGV"),
        ("__import__('os').abort()", "SIGABRT"),
        ("__import__('os')._exit(3)", "exit code 3"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "memory ran out"),
    ],
)
def test_input_that_crashes_the_reader_is_skipped_and_the_next_is_read(fatal: str, cause: str) -> None:
    first, second = outcomes(fatal, "7")

    assert cause in first.message
    assert second == InputDone(1, 7)


def test_an_error_of_the_function_is_reported_by_type_and_line_without_the_input() -> None:
    (failed,) = outcomes("int('the secret that was read')")

    assert "ValueError in <string>:1" in failed.message
    assert "secret" not in failed.message
    assert "Traceback" in failed.traceback


@pytest.mark.parametrize("unusable", ["__import__('threading').Lock()", "__import__('sys').exit(1)"])
def test_an_unsendable_result_skips_only_that_input(unusable: str) -> None:
    first, second = outcomes(unusable, "7")

    assert isinstance(first, InputFailed)
    assert second == InputDone(1, 7)


def test_what_the_function_prints_does_not_disturb_its_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert outcomes("print('x' * 100_000) or 7") == [InputDone(0, 7)]
    assert capfd.readouterr() == ("", "")


def test_large_arguments_and_results_pass_unharmed() -> None:
    with BoundedPool[bytes, bytes]("builtins:bytes", QUICK) as pool:
        content = os.urandom(32 * MIB)
        assert list(pool.map([("a", content)])) == [InputDone("a", content)]


def test_a_child_inherits_no_lock_and_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBREAK_DATABASE_URL", "postgresql://user:secret@localhost/x")
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        opened, variables = outcomes(
            OPEN_FILES,
            "dict(__import__('os').environ)",
        )
        inode = os.fstat(writer).st_ino
    finally:
        os.close(reader)
        os.close(writer)

    assert len(opened.value) >= 4
    assert inode not in opened.value
    assert not [name for name in variables.value if name.startswith("DAYBREAK_")]


def test_inputs_are_consumed_only_as_needed() -> None:
    consumed: list[int] = []

    def inputs() -> Iterator[tuple[int, str]]:
        for number in range(100):
            consumed.append(number)
            yield number, str(number)

    with BoundedPool[str, object]("builtins:eval", QUICK) as pool:
        results = pool.map(inputs())
        next(results)
        assert len(consumed) <= 3
        results.close()


def test_leaving_the_results_early_ends_the_child_at_once() -> None:
    with BoundedPool[str, object]("builtins:eval", PATIENT) as pool:
        pid = pid_of(pool)
        results = pool.map(enumerate(["1", IN_C, IN_C]))
        next(results)
        began = time.monotonic()
        results.close()
        assert time.monotonic() - began < 60
        assert is_gone(pid)


def test_an_error_of_the_input_iterator_ends_the_child_and_is_raised() -> None:
    def inputs() -> Iterator[tuple[int, str]]:
        yield 0, IN_C
        raise KeyboardInterrupt

    with BoundedPool[str, object]("builtins:eval", PATIENT) as pool:
        pid = pid_of(pool)
        with pytest.raises(KeyboardInterrupt):
            list(pool.map(inputs()))
        assert is_gone(pid)


def test_a_pool_can_be_closed_from_another_thread_while_it_works() -> None:
    with BoundedPool[str, object]("builtins:eval", PATIENT) as pool:
        results = pool.map(enumerate(["1", IN_C, "2"]))
        next(results)
        closer = threading.Timer(0.2, pool.close)
        closer.start()
        with pytest.raises(InternalError, match="after it was closed"):
            list(results)
        closer.join()


def test_a_function_that_does_not_exist_is_a_bug_that_names_it() -> None:
    with (
        BoundedPool[str, object]("daybreak.nowhere:read", QUICK) as pool,
        pytest.raises(InternalError, match="nowhere"),
    ):
        list(pool.map([("a", "b")]))


@pytest.mark.parametrize(
    ("busy_with", "read_seconds"), [("nothing", 600), (IN_PYTHON, 600), (IN_C, 1), (IN_C, 600)]
)
def test_no_child_outlives_a_parent_that_is_killed(busy_with: str, read_seconds: int) -> None:
    if busy_with == IN_C and read_seconds > 60 and not sys.platform.startswith("linux"):
        pytest.skip("only Linux ends a process that C code keeps busy")
    program = textwrap.dedent("""
        import sys
        from daybreak.intake import BoundedPool, IntakeSettings
        with BoundedPool("builtins:eval", IntakeSettings(read_seconds=float(sys.argv[2]))) as pool:
            print(*(r.value for r in pool.map([(0, "__import__('os').getpid()")])), flush=True)
            if sys.argv[1] != "nothing":
                list(pool.map([(0, "1"), (1, sys.argv[1])]))
            sys.stdin.read()
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program, busy_with, str(read_seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if busy_with != "nothing":
            time.sleep(0.2)
        parent.send_signal(signal.SIGKILL)

    assert is_gone(pid)


def test_ctrl_c_is_handled_by_the_parent() -> None:
    with BoundedPool[str, object]("builtins:eval", QUICK) as pool:
        assert os.getpgid(pid_of(pool)) != os.getpgid(0)
