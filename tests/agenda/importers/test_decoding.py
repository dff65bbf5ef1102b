import pytest

from daybreak.agenda.importers.decoding import decode


@pytest.mark.parametrize(
    "content", [b"Gr\xc3\xbc\xc3\x9fe", b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "Grüße".encode("utf-16")]
)
def test_unicode_is_read_as_it_is(content):
    assert decode(content) == ("Grüße", None)


def test_an_old_encoding_is_read_with_a_warning():
    text, warning = decode("Grüße \u2013 bis 5 €".encode("cp1252"))
    assert text == "Grüße \u2013 bis 5 €"
    assert warning
    assert "Windows-1252" in warning


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(128, 256)) + bytes(range(1, 32))]
)
def test_binary_data_gives_no_text_but_a_warning(content):
    text, warning = decode(content)
    assert text == ""
    assert warning
    assert "binary" in warning


def test_half_a_character_of_utf_16_is_a_warning_and_the_rest_is_read():
    text, warning = decode("Milk".encode("utf-16") + b"\x41")
    assert text.startswith("Milk")
    assert warning
    assert "UTF-16" in warning
