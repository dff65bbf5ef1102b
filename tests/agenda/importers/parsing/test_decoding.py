import pytest

from daybreak.agenda.importers.parsing.decoding import decode


@pytest.mark.parametrize(
    "content", [b"Gr\xc3\xbc\xc3\x9fe", b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "Grüße".encode("utf-16")]
)
def test_unicode_is_decoded_without_a_warning(content):
    assert decode(content) == ("Grüße", None)


def test_a_legacy_encoding_is_decoded_with_a_warning():
    text, warning = decode("Grüße \u2013 bis 5 €".encode("cp1252"))
    assert text == "Grüße \u2013 bis 5 €"
    assert warning
    assert "Windows-1252" in warning


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(128, 256)) + bytes(range(1, 32))]
)
def test_binary_data_is_a_warning_without_text(content):
    text, warning = decode(content)
    assert text == ""
    assert warning
    assert "binary" in warning


def test_a_truncated_utf_16_character_is_a_warning_and_the_rest_is_decoded():
    text, warning = decode("Milk".encode("utf-16") + b"\x41")
    assert text.startswith("Milk")
    assert warning
    assert "UTF-16" in warning
