import pytest

from daybreak.db.queries import Queries, _parse

TWO = """\
-- name: first_one
-- Returns the user.
SELECT 1 -- the end

-- name: second
SELECT $1::text AS "-- name: third"
"""


def test_a_statement_extends_to_the_next_name():
    statements = _parse(TWO, "a.slice")
    assert list(statements) == ["first_one", "second"]
    assert statements["first_one"].endswith("SELECT 1 -- the end")


def test_a_duplicate_name_is_rejected():
    with pytest.raises(ValueError, match="names two statements second"):
        _parse(TWO + "\n" + TWO.partition("\n\n")[2], "a.slice")


def test_a_missing_name_is_an_error_that_names_the_file():
    with pytest.raises(AttributeError, match=r"a\.slice/queries\.sql has no statement named third"):
        Queries("a.slice", {}).third  # noqa: B018 - it raises
