"""Files that no importer reads are named, once a source."""

import pytest

from daybreak.agenda.sync.unsupported_files import warn_about_unsupported_files


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["scan.pdf"], "1 file was skipped, because Daybreak does not read its format: “scan.pdf”."),
        (
            ["scan.pdf", "plans/budget.numbers"],
            (
                "2 files were skipped, because Daybreak does not read their formats:"
                " “plans/budget.numbers” and “scan.pdf”."
            ),
        ),
        (
            ["scan.pdf", "photo.JPG"],
            "1 file was skipped, because Daybreak does not read its format: “scan.pdf”. So was 1 picture.",
        ),
        (
            ["scan.pdf", "a.png", "b.png", "memo.m4a", "main.py"],
            (
                "1 file was skipped, because Daybreak does not read its format: “scan.pdf”."
                " So were 2 pictures, 1 recording and 1 file of a program."
            ),
        ),
        (
            [f"{number}.docx" for number in range(1, 8)],
            (
                "7 files were skipped, because Daybreak does not read their formats:"
                " “1.docx”, “2.docx”, “3.docx”, “4.docx”, “5.docx” and 2 more."
            ),
        ),
    ],
)
def test_documents_are_named_and_attachments_counted(paths, message):
    (warning,) = warn_about_unsupported_files(paths)
    assert warning.message == message


@pytest.mark.parametrize("paths", [[], ["photo.png"], ["main.py", "style.css"]])
def test_pictures_and_programs_alone_are_no_warning(paths):
    assert warn_about_unsupported_files(paths) == []


def test_names_cannot_forge_lines():
    (warning,) = warn_about_unsupported_files(["a\n\x1b[31mEverything is read.pdf"])
    assert "\n" not in warning.message
    assert "\x1b" not in warning.message


@pytest.mark.parametrize(
    "name", ["package.json", "web/tsconfig.json", "logseq/config.edn", "Ideas.canvas", "Books.base"]
)
def test_files_of_programs_in_a_vault_are_no_warning(name):
    assert warn_about_unsupported_files([name, "photo.jpg"]) == []
