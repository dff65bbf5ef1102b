import pytest

ANNA = "anna@example.org"


@pytest.fixture(scope="module", autouse=True)
def anna(daybreak):
    assert daybreak("users", "add", ANNA, "--tz", "Asia/Kathmandu", "--country", "np").code == 0


def test_added_and_changed_user_is_listed(daybreak):
    daybreak("users", "set", ANNA, "--name", "Anna K.", "--hours", "8:30-16:00", "--brief-time", "06:15")
    answer = daybreak("users", "list")
    assert f"{ANNA}\tAnna K.\tAsia/Kathmandu\tNP\t08:30-16:00\t06:15\n" in answer.out
    listed = {one["email"]: one for one in daybreak("users", "list", "--json").json()}
    assert listed[ANNA]["preferences"]["brief_time"] == "06:15:00"


def test_reading_preferences_are_changed_and_described(daybreak):
    changed = daybreak(
        *("users", "set", ANNA, "--lunch", "12:30-13:00", "--days-off", "fri,sat", "--length", "glance"),
        *("--shortest-gap", "1h", "--focus-is-busy"),
    )
    described = "lunch 12:30-13:00, off on fri,sat, focus time is busy, free time from 60 min, glance brief"
    assert described in changed.out
    cleared = daybreak("users", "set", ANNA, "--lunch", "none", "--days-off", "none", "--focus-is-free")
    assert "no lunch break, no days off, focus time is free" in cleared.out


def test_country_can_be_cleared(daybreak):
    assert "no country" in daybreak("users", "set", ANNA, "--country", "none").out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", ANNA], 5, ["already", f"daybreak users set {ANNA}"]),
        (["add", "b@example.org", "--tz", "Nowhere"], 2, ["Nowhere", "Europe/Berlin"]),
        (["add", "b@example.org", "--country", "Germany"], 2, ["Germany", "DE or US"]),
        (["set", "nobody@example.org", "--tz", "UTC"], 4, ["daybreak users add"]),
        (["set", ANNA], 2, ["nothing to change"]),
        (["set", ANNA, "--hours", "9"], 2, ["09:00-17:30"]),
        (["set", ANNA, "--hours", "17:00-09:00"], 2, ["has no hours"]),
        (["set", ANNA, "--hours", "09:00+02:00-17:00"], 2, ["09:00+02:00"]),
        (["set", ANNA, "--brief-time", "25:00"], 2, ["25:00"]),
        (["set", ANNA, "--lunch", "noon"], 2, ["12:00-13:00", "none"]),
        (["set", ANNA, "--lunch", "13:00-12:00"], 2, ["has no minutes"]),
        (["set", ANNA, "--days-off", "someday"], 2, ["mon,thu"]),
        (["set", ANNA, "--shortest-gap", "4m"], 2, ["5 to 240 minutes"]),
        (["set", ANNA, "--length", "epic"], 2, ["glance", "full"]),
    ],
)
def test_invalid_values_are_rejected(daybreak, arguments, code, words):
    assert daybreak("users", *arguments).is_one_line_error(code, *words)


def test_names_and_addresses_of_a_user_are_managed(daybreak, tmp_path):
    kim = "kim@example.org"
    daybreak("users", "add", kim, "--tz", "UTC", "--name", "Kim Park")
    board = tmp_path / "board.csv"
    board.write_text(
        "Summary,Issue key,Status,Assignee\nPaint,A-1,To Do,K. Park\nCall,A-2,To Do,Bob Miller\n"
    )
    assert daybreak("import", board, "--user", kim).code == 0

    def states() -> dict[str, str]:
        listed = daybreak("users", "identities", "list", kim).out.splitlines()[1:]
        return {line.split("\t")[0]: line.split("\t")[2] for line in listed}

    names = ("Kim Park", kim, "kim", "kpark", "kpark@example.org")
    of_profile = dict.fromkeys(names, "counts")
    assert states() == of_profile | {"K. Park": "counts", "Bob Miller": "proposed"}
    assert daybreak("users", "identities", "confirm", kim, "k. park").out == f"“K. Park” is {kim}.\n"
    daybreak("users", "identities", "reject", kim, "Miller, Bob")
    daybreak("users", "identities", "add", kim, "@kp")
    answered = {"K. Park": "counts", "Bob Miller": "rejected", "kp": "counts"}
    assert states() == of_profile | answered
    daybreak("users", "identities", "reject", kim, "kim")
    told = {
        "K. Park": "Withdrew the answer to “K. Park”; "
        "it counts, as the only short form of the name in its source.\n",
        "Bob Miller": "Withdrew the answer to “Bob Miller”; it is a proposal again.\n",
        "kim": "Withdrew the answer to “kim”; it counts, as it is in the profile.\n",
        "kp": f"Removed “kp” from {kim}.\n",
    }
    for value, sentence in told.items():
        assert daybreak("users", "identities", "remove", kim, value).out == sentence
    assert states() == of_profile | {"K. Park": "counts", "Bob Miller": "proposed"}
    assert daybreak("users", "identities", "remove", kim, "Kim Park").is_one_line_error(2, "reject")
    assert daybreak("users", "identities", "confirm", kim, "Eve").is_one_line_error(4, "Eve", "list")
    assert daybreak("users", "identities", "add", kim, "a@b.org, c@d.org").is_one_line_error(2, "at a time")
