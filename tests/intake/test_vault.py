import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from daybreak.errors import Misconfigured
from daybreak.intake import IntakeSettings, Vault

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
ADDRESS = "https://calendar.example/secret-token/my.ics"


@settings(max_examples=50)
@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_an_encrypted_secret_is_unreadable_and_can_be_decrypted(secret: str) -> None:
    token = Vault([NEW]).encrypt(secret)

    assert Vault([NEW]).decrypt(token) == secret
    assert token.isascii()
    assert len(secret) < 5 or secret not in token


def test_equal_secrets_have_different_tokens() -> None:
    vault = Vault([NEW])

    assert vault.encrypt(ADDRESS) != vault.encrypt(ADDRESS)


def test_after_a_rotation_the_old_key_is_not_needed() -> None:
    token = Vault([OLD]).encrypt(ADDRESS)

    rotated = Vault([NEW, OLD]).rotate(token)

    assert Vault([NEW]).decrypt(rotated) == ADDRESS


@pytest.mark.parametrize("token", ["", "nonsense", "ä", "tampered"])
def test_a_token_of_another_key_or_of_none_is_misconfigured(token: str) -> None:
    if token == "tampered":
        token = Vault([OLD]).encrypt(ADDRESS)
    for use in (Vault([NEW]).decrypt, Vault([NEW]).rotate):
        with pytest.raises(Misconfigured, match="key that is missing"):
            use(token)


def test_the_key_file_is_created_on_first_use_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    token = Vault.open(IntakeSettings(), home).encrypt(ADDRESS)

    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in home.iterdir()] == ["secret.key"]
    assert Vault.open(IntakeSettings(), home).decrypt(token) == ADDRESS


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from daybreak.intake import IntakeSettings, Vault; sys.stdin.read();"
        "print(Vault.open(IntakeSettings(), pathlib.Path(sys.argv[1])).encrypt('x'))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    tokens = [process.communicate()[0].strip() for process in started]

    assert {Vault.open(IntakeSettings(), tmp_path).decrypt(token) for token in tokens} == {"x"}


def test_keys_of_the_settings_have_precedence_over_the_key_file(tmp_path: Path) -> None:
    token = Vault([OLD]).encrypt(ADDRESS)
    limits = IntakeSettings(encryption_keys=SecretStr(f"{NEW}, {OLD}"))

    vault = Vault.open(limits, tmp_path)

    assert vault.decrypt(token) == ADDRESS
    assert Vault([NEW]).decrypt(vault.encrypt("x")) == "x"
    assert list(tmp_path.iterdir()) == []


def test_keys_can_come_from_a_file_of_the_operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").write_text(f"{OLD}\n")
    monkeypatch.setenv("DAYBREAK_INTAKE_ENCRYPTION_KEYS_FILE", str(tmp_path / "keys"))

    vault = Vault.open(IntakeSettings.load(), tmp_path)

    assert Vault([OLD]).decrypt(vault.encrypt("x")) == "x"


@pytest.mark.parametrize(
    "keys", ["short", ",", f"{NEW},short", "ä"], ids=["short", "comma", "one short", "umlaut"]
)
def test_malformed_keys_are_rejected_without_being_shown(tmp_path: Path, keys: str) -> None:
    with pytest.raises(Misconfigured, match="must be Fernet keys") as caught:
        Vault.open(IntakeSettings(encryption_keys=SecretStr(keys)), tmp_path)

    assert NEW not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [(f"{NEW}\n", 0o644, "mode 600"), ("", 0o600, "no key"), ("ä", 0o600, "no key")],
    ids=["open", "empty", "umlaut"],
)
def test_a_key_file_that_is_readable_by_others_or_empty_is_rejected(
    tmp_path: Path, content: str, mode: int, message: str
) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)

    with pytest.raises(Misconfigured, match=message):
        Vault.open(IntakeSettings(), tmp_path)


def test_a_home_that_cannot_store_a_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with pytest.raises(Misconfigured, match=str(tmp_path / "home")):
        Vault.open(IntakeSettings(), tmp_path / "home")
    assert os.listdir(tmp_path) == ["home"]  # noqa: PTH208 - names only
