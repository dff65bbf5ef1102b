"""The comparison of a file's text with the names and addresses of a person."""

import time
import unicodedata
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.people import Identities, User
from daybreak.people.identity import fold, parse_people, plain_forms
from daybreak.people.resemblance import find_assumed_name, resembles_profile


def user_named(name: str, email: str) -> User:
    return User(id=uuid4(), email=email, name=name, timezone="UTC")


def answer(kind: str, value: str, *, confirmed: bool = True) -> dict[str, object]:
    return {"kind": kind, "value_key": fold(value), "confirmed": confirmed}


ANNA = user_named("Anna Berg", "anna@example.org")
OF_PROFILE = Identities.from_rows([], ANNA)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Berg",
        "ANNA BERG",
        "  Anna   Berg ",
        "Berg, Anna",
        "BERG, ANNA",
        "anna@example.org",
        "Anna@Example.ORG",
        "mailto:anna@example.org",
        "MAILTO:anna@example.org",
        "<anna@example.org>",
        "Anna Berg <anna@example.org>",
        '"Berg, Anna" <anna@example.org>',
        "A. B. <anna@example.org>",
        "anna@example.org (Anna Berg)",
        "anna+board@example.org",
        "@anna",
        "anna",
        "[~anna]",
        "(@anna)",
        "[[Anna Berg]]",
        "[[People/Anna Berg|Anna B]]",
        "[[Anna Berg.md]]",
        "„Anna Berg“",
        "«Anna Berg»",
        "Anna Berg (Sales)",
        "Anna Berg [X]",
        "Berg, Anna (Sales)",
        "anna.berg",
        "@anna-berg",
        "@AnnaBerg",
        "Anna\N{NO-BREAK SPACE}Berg",
        "\N{LEFT-TO-RIGHT MARK}Anna Berg",
        "Bob Miller; Anna Berg",
        "Bob Miller, Anna Berg",
        "Miller, Bob; Berg, Anna",
        "bob@example.org, anna@example.org",
        "@bob & @anna",
        "Bob, Anna Berg",
        "Anna Berg <anna@elsewhere.example>, Bob",
        "Bob, Anna, Eve",
        "bob,anna",
        "Bob/Anna",
        "Bob+Anna",
        "Bob | Anna",
    ],
)
def test_profile_is_recognised_in_every_form(text: str):
    assert OF_PROFILE.matches(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "<>",
        "Bob Miller",
        "Anna Schmidt",
        "Schmidt, Anna",
        "Anna Schmidt <schmidt@example.org>",
        "Anna <schmidt@example.org>",
        "anna@example.com",
        "berganna@example.org",
        "Anna Berger",
        "Johanna Berg",
        "Berg",
        "Berg Anna",
        "annabel",
        "Anna, Bob",
        "Anna S.",
        "Berg, Anna Sofia",
        "Schmidt, Anna; Stone, Bob",
        "schmidt, anna",
        "Schmidt, Anna <schmidt@example.org>",
        "Susanna Berg; Bob Miller",
    ],
)
def test_other_person_is_not_the_reader(text: str):
    assert not OF_PROFILE.matches(text)


def test_first_name_of_the_profile_counts_only_after_it_is_confirmed():
    aberg = user_named("Anna Berg", "a.berg@example.org")
    assert not Identities.from_rows([], aberg).matches("Anna")
    assert Identities.from_rows([answer("handle", "Anna")], aberg).matches("@ANNA")
    assert not Identities.from_rows([], user_named("Anna", "a.berg@example.org")).matches("Anna")


def test_confirmed_first_name_does_not_include_another_person_of_that_name():
    known = Identities.from_rows([answer("handle", "Anna")], user_named("Anna Berg", "ab@example.org"))
    assert not known.matches("Anna Schmidt")
    assert not known.matches("Anna <anna.schmidt@example.org>")
    assert not known.matches("anna@example.org")


def test_two_words_in_the_other_order_are_another_person():
    martin = Identities.from_rows([], user_named("Thomas Martin", "tm@example.org"))
    assert martin.matches("Martin, Thomas")
    assert not martin.matches("Martin Thomas")
    assert not martin.matches("Thomas, Martin")


@pytest.mark.parametrize(
    ("kind", "rejected", "text"),
    [
        ("handle", "anna", "@anna"),
        ("handle", "anna.berg", "@anna.berg"),
        ("name", "Anna Berg", "Berg, Anna"),
        ("email", "anna@example.org", "Anna Berg <anna@example.org>"),
        ("email", "anna@other.example", "Anna Berg <anna@other.example>"),
    ],
)
def test_rejected_identity_does_not_count(kind: str, rejected: str, text: str):
    assert OF_PROFILE.matches(text)
    assert not Identities.from_rows([answer(kind, rejected, confirmed=False)], ANNA).matches(text)


def test_own_address_counts_although_the_name_was_rejected():
    known = Identities.from_rows([answer("name", "Anna Berg", confirmed=False)], ANNA)
    assert known.matches("Anna Berg <anna@example.org>")


@pytest.mark.parametrize(
    ("name", "email", "text"),
    [
        ("busy", "busy@example.org", "busy"),
        ("anna.berg", "anna.berg@example.org", "Anna Berg"),
        ("José Ortega y Gasset", "jo@example.org", "Ortega y Gasset, José"),
        ("Anna B.", "ab@example.org", "Anna B."),
        ("王小明", "w@example.org", "王小明"),
        ("Groß, Karl", "k@example.org", "KARL GROSS"),
        ("Jean-Luc O’Neil", "jl@example.org", "o’neil, jean-luc"),
    ],
)
def test_names_of_many_kinds_are_recognised(name: str, email: str, text: str):
    assert Identities.from_rows([], user_named(name, email)).matches(text)


@pytest.mark.parametrize(
    ("name", "email", "text"),
    [
        ("ciaran.doyle", "ciaran.doyle@example.org", "Ciarán Doyle"),
        ("ciaran.doyle", "ciaran.doyle@example.org", "Doyle, Ciarán"),
        ("", "lena_brandstaetter@example.org", "Lena Brandstätter"),
        ("", "lena-brandstatter@example.org", "Lena Brandstätter"),
        ("", "soren.lofgren@example.org", "Søren Löfgren"),
        ("", "soeren.loefgren@example.org", "Søren Löfgren"),
        ("Łukasz Żak", "lz@example.org", "Lukasz Zak"),
        ("Jörg Weiß", "jw@example.org", "joerg weiss"),
        ("", "rene@example.org", "@René"),
    ],
)
def test_accents_make_no_difference(name: str, email: str, text: str):
    assert Identities.from_rows([], user_named(name, email)).matches(text)


@pytest.mark.parametrize("text", ["Ciarán Doyl", "Cíara Doyle", "Ciarán O’Doyle", "Kieran Doyle", "Doyle"])
def test_name_that_only_resembles_that_of_the_address_is_another_person(text: str):
    known = Identities.from_rows([], user_named("ciaran.doyle", "ciaran.doyle@example.org"))
    assert not known.matches(text)


def test_answer_to_a_name_as_written_comes_before_that_to_its_form_without_accents():
    muller = answer("name", "Anna Muller", confirmed=False)
    known = Identities.from_rows([muller], user_named("Anna Müller", "am@example.org"))
    assert known.matches("Anna Müller")
    assert not known.matches("Anna Muller")
    other = Identities.from_rows([muller], user_named("Anna Berg", "anna.mueller@example.org"))
    assert not other.matches("Anna Müller")


@pytest.mark.parametrize(
    ("others", "assumed"),
    [
        (["Katrin", "Jens", "Steuerbüro Lindner"], "Katrin"),
        (["KATRIN"], "KATRIN"),
        (["@katrin", "jens"], "katrin"),
        (["Katrin R.", "Jens"], "Katrin R."),
        (["K. Reimann", "Jens"], "K. Reimann"),
        (["Katrin", "Katrina", "Kathrin"], "Katrin"),
        (["Katrin", "Katrin Schmidt"], None),
        (["Katrin", "Schmidt, Katrin"], None),
        (["Katrin", "katrin.schmidt@example.org"], None),
        (["Katrin", "Katrin <ks@elsewhere.example>"], None),
        (["Katrin", "K. Reimann"], None),
        (["K. Reimann", "Jens Reimann"], None),
        (["Katrin S.", "Jens"], None),
        (["Reimann", "Jens"], None),
        (["Katrin Schmidt"], None),
        (["Jens"], None),
        (["K"], None),
        ([], None),
    ],
)
@pytest.mark.parametrize("name", ["katrin.reimann", "Katrin Reimann", "Reimann, Katrin", ""])
def test_only_short_form_of_the_name_is_assumed(name: str, others: list[str], assumed: str | None):
    reader = user_named(name, "katrin.reimann@example.org")
    found = find_assumed_name([person for text in others for person in parse_people(text)], reader)
    assert (found.value if found else None) == assumed


def test_short_form_is_assumed_with_accents_that_the_address_has_not():
    reader = user_named("", "ciaran.doyle@example.org")
    assert find_assumed_name(parse_people("Ciarán; Bola"), reader) == parse_people("Ciarán")[0]


@given(st.lists(st.text(max_size=20), max_size=5))
def test_assumed_name_is_one_of_those_found(texts: list[str]):
    found = [person for text in texts for person in parse_people(text)]
    assert find_assumed_name(found, ANNA) in {None, *found}


WORDS = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=12)
FORMS = ["{0} {1}", "{1}, {0}", '"{0} {1}"', "({0} {1})", "[[{0} {1}]]", "@{0} {1}", "{0}  {1} (Sales)"]


@given(
    first=WORDS,
    last=WORDS,
    shape=st.sampled_from(FORMS),
    case=st.sampled_from([str, str.lower, str.casefold]),
    form=st.sampled_from(["NFC", "NFD"]),
)
def test_full_name_is_recognised_in_any_order_case_and_unicode_form(first, last, shape, case, form):
    known = Identities.from_rows([], user_named(f"{first} {last}", "x7q@example.org"))
    assert known.matches(unicodedata.normalize(form, case(shape.format(first, last))))


@given(first=WORDS, last=WORDS, other=WORDS)
def test_people_of_one_first_name_are_never_confused(first, last, other):
    known = Identities.from_rows([answer("handle", first)], user_named(f"{first} {last}", "x7q@example.org"))
    if not plain_forms(fold(other)) & plain_forms(fold(last)):
        assert not known.matches(f"{first} {other}")
        assert not known.matches(f"{other}, {first}") or fold(other) == fold(first)


@given(st.text())
def test_any_text_is_parsed_and_folding_is_stable(text: str):
    parse_people(text)
    OF_PROFILE.matches(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("value", ["Anna B.", "aberg@other.example", "A. Berg", "anna-b", "Bergmann"])
def test_similar_name_may_be_the_reader(value: str):
    assert resembles_profile(value, ANNA)


@pytest.mark.parametrize("value", ["Bob Miller", "kim@example.org", "A.", "Eve"])
def test_different_name_is_not_similar(value: str):
    assert not resembles_profile(value, ANNA)


@pytest.mark.parametrize(
    ("name", "email", "text"),
    [
        ("Anna Berg", "anna@example.org", "aberg"),
        ("Anna Berg", "anna@example.org", "@ABerg"),
        ("Anna Berg", "anna@example.org", "aberg@example.org"),
        ("anna", "anna.van.berg@example.org", "aberg"),
        ("", "unit12-7@example.org", "u12@example.org"),
        ("", "desk41-north@example.org", "d41@example.org"),
        ("", "desk41-north@example.org", "@d41"),
        ("José Núñez", "j@example.org", "jnúñez"),
    ],
)
def test_login_name_of_the_profile_is_the_person(name: str, email: str, text: str):
    assert Identities.from_rows([], user_named(name, email)).matches(text)


@pytest.mark.parametrize(
    ("name", "email", "text"),
    [
        ("Anna Berg", "anna@example.org", "bberg"),
        ("Anna Berg", "anna@example.org", "aberg@example.com"),
        ("Anna Berg", "anna.berg@gmail.com", "aberg@gmail.com"),
        ("Anna Berg", "anna@example.org", "aber"),
        ("Anna", "anna@example.org", "a"),
        ("Anna B", "anna@example.org", "ab"),
        ("Anna Li", "anna@example.org", "Ali"),
        ("Anna Lina Berg", "anna@example.org", "Alina"),
    ],
)
def test_login_name_of_another_person_is_not(name: str, email: str, text: str):
    assert not Identities.from_rows([], user_named(name, email)).matches(text)


def test_rejected_login_name_is_another_person():
    known = Identities.from_rows([answer("handle", "aberg", confirmed=False)], ANNA)

    assert not known.matches("aberg")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 20_000, id="no-address"),
        pytest.param("a." * 10_000, id="dots"),
        pytest.param("x" + " " * 20_000 + "x", id="spaces"),
        pytest.param("a" + " (b)" * 5_000, id="remarks"),
        pytest.param("[[" + "a/" * 10_000, id="open-link"),
        pytest.param("[[" + ".md" * 7_000, id="open-link-to-a-file"),
    ],
)
def test_long_texts_are_compared_in_linear_time(text: str):
    began = time.process_time()
    assert not Identities.from_rows([], ANNA).matches(text)
    assert time.process_time() - began < 2
