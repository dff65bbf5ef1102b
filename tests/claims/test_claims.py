from datetime import date

import pytest

from daybreak.claims import Claim, Fact, SubjectPredicate, why_unsupported

TODAY = date(2026, 3, 31)
FACTS = {
    "task:1": Fact(kind="task", title="One", source="home", source_ref="a:1", due=date(2026, 3, 30)),
    "task:2": Fact(kind="task", title="Two", source="home", source_ref="a:2", due=date(2026, 4, 1)),
}
PREDICATES = {"overdue": lambda fact, today: fact.due is not None and fact.due < today}


def unsupported_reason(kind: str, *facts: str) -> str | None:
    return why_unsupported(Claim(kind=kind, text="Said", facts=facts), FACTS, PREDICATES, TODAY)


def test_a_claim_is_supported_if_its_predicate_is_true_of_every_fact():
    assert unsupported_reason("overdue", "task:1") is None


@pytest.mark.parametrize(
    ("kind", "facts", "why"),
    [
        ("urgent", ["task:1"], "“urgent” is not a kind of claim"),
        ("overdue", [], "“Said” cites nothing"),
        ("overdue", ["task:1", "task:3"], "“Said” cites task:3, which does not exist"),
        ("overdue", ["task:1", "task:2"], "“Said” does not follow from task:2"),
    ],
)
def test_an_unsupported_claim_has_a_reason(kind: str, facts: list[str], why: str):
    assert unsupported_reason(kind, *facts) == why


def test_what_is_a_reason_is_no_subject():
    predicates = {"first": SubjectPredicate(lambda fact, _: fact.title == "One", lambda *_: True)}

    def why(*facts: str) -> str | None:
        return why_unsupported(Claim(kind="first", text="Said", facts=facts), FACTS, predicates, TODAY)

    assert why("task:1", "task:2") is None
    assert why("task:2", "task:1") == "“Said” does not follow from task:2"


def test_facts_with_the_same_values_are_equal_and_have_the_same_hash():
    again = Fact(kind="task", title="One", source="home", source_ref="a:1", due=date(2026, 3, 30))
    assert {again, FACTS["task:1"]} == {FACTS["task:1"]}
    assert again != FACTS["task:2"]
