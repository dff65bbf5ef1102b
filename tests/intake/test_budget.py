from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.errors import TooManyRequests, Unavailable
from daybreak.intake import BudgetExceeded, IntakeBudget, IntakeSettings, SpoolQuota

MIB = 1024 * 1024
amounts = st.integers(0, 60)


@pytest.fixture
def unknown_ids() -> list[UUID]:
    return [uuid4() for _ in range(9)]


@given(st.lists(st.tuples(amounts, amounts, amounts)))
def test_sum_of_all_parts_never_exceeds_a_limit(parts) -> None:
    budget = IntakeBudget.for_upload(IntakeSettings(max_upload_size=100, max_files=100))
    for size, files, sources in parts:
        before = (budget.size, budget.files, budget.sources)
        after = (budget.size + size, budget.files + files, budget.sources + sources)
        fits = all(one <= limit for one, limit in zip(after, (100, 100, 50), strict=True))
        if fits:
            budget.spend(size=size, files=files, sources=sources)
        else:
            with pytest.raises(BudgetExceeded):
                budget.spend(size=size, files=files, sources=sources)
        assert (budget.size, budget.files, budget.sources) == (after if fits else before)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            {"size": 33 * MIB},
            "The upload contains more than 32 MiB of files (DAYBREAK_INTAKE_MAX_UPLOAD_SIZE), so nothing was",
        ),
        ({"files": 20_001}, "more than 20,000 files (DAYBREAK_INTAKE_MAX_FILES)"),
        ({"sources": 51}, "more than 50 folders, archives and single files"),
    ],
)
def test_message_names_the_limit_and_its_setting(part, message: str) -> None:
    with pytest.raises(BudgetExceeded) as caught:
        IntakeBudget.for_upload(IntakeSettings()).spend(**part)
    assert message in str(caught.value)


def test_one_user_gets_an_eighth_of_the_quota(unknown_ids) -> None:
    quota, limits = SpoolQuota(), IntakeSettings()
    with quota.open(unknown_ids[0], limits) as first, quota.open(unknown_ids[0], limits) as second:
        first(33 * MIB)
        second(33 * MIB)
        with pytest.raises(TooManyRequests, match="Your unfinished uploads are too large"):
            second(1)
        with quota.open(unknown_ids[1], limits) as other:
            other(33 * MIB)
    with quota.open(unknown_ids[0], limits) as again:
        again(33 * MIB)


def test_quota_of_all_users_is_limited(unknown_ids) -> None:
    quota, limits = SpoolQuota(), IntakeSettings(max_upload_size=MIB)

    def open_twice(ids) -> None:
        if not ids:
            with (
                pytest.raises(Unavailable, match="Too many uploads are in progress"),
                quota.open(unknown_ids[8], limits),
            ):
                pass
            return
        with quota.open(ids[0], limits) as first, quota.open(ids[0], limits) as second:
            first(2 * MIB)
            second(2 * MIB)
            open_twice(ids[1:])

    open_twice(unknown_ids[:8])
    with quota.open(unknown_ids[8], limits):
        pass
