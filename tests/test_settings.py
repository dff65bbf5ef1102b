import os
import subprocess
import sys
from pathlib import Path

import pytest

from daybreak.errors import Misconfigured
from daybreak.intake import IntakeSettings
from daybreak.runs import RunsSettings
from daybreak.settings import Settings, default_home, reject_unknown, settings

HOME, LEVEL, CONFIG = "DAYBREAK_HOME", "DAYBREAK_LOG_LEVEL", "DAYBREAK_CONFIG"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in [name for name in os.environ if name.startswith("DAYBREAK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(HOME, str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def write_config(tmp_path: Path):
    def config(text: str, name: str = "daybreak.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return config


def test_environment_overrides_file_and_file_overrides_default(write_config, monkeypatch):
    assert settings().log_level == "warning"
    assert settings().command_log_level == "error"
    write_config('log_level = "info"\n[intake]\nmax_files = 7\nmax_file_size = "2MiB"\n')
    assert Settings.load().log_level == "info"
    assert (IntakeSettings.load().max_files, IntakeSettings.load().max_file_size) == (7, 2 * 1024**2)
    monkeypatch.setenv(LEVEL, "error")
    monkeypatch.setenv("DAYBREAK_INTAKE_MAX_FILES", "8")
    assert Settings.load().log_level == "error"
    assert IntakeSettings.load().max_files == 8


def test_config_variable_names_the_settings_file(write_config, monkeypatch):
    monkeypatch.setenv(CONFIG, str(write_config('log_level = "debug"', "other.toml")))
    assert settings().log_level == "debug"


def test_named_settings_file_must_exist(monkeypatch, tmp_path):
    monkeypatch.setenv(CONFIG, str(tmp_path / "nowhere.toml"))
    with pytest.raises(Misconfigured, match=r"nowhere\.toml cannot be read"):
        settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("log_levle = 'info'", "“log_levle” is not a setting"),
        ("[intake]\nmax_fils = 1", "“intake.max_fils” is not a setting"),
        ("intake_max_files = 1", "“intake_max_files” is not a setting"),
        ("intake = 1", "“intake” is not a setting"),
        ("[intake.max_files]\na = 1", "“intake.max_files.a” is not a setting"),
        ("log_level =", "is not valid TOML"),
        ("log_level = 'loud'", "DAYBREAK_LOG_LEVEL must be one of 'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_error_names_the_invalid_entry_of_the_file(write_config, text, says):
    write_config(text)
    with pytest.raises(Misconfigured, match=says):
        settings()


@pytest.mark.parametrize("name", ["DAYBREAK_LOGLEVEL", "DAYBREAK_INTAKE_MAX_FILLS", "DAYBREAK_HOMES_FILE"])
def test_unknown_variable_is_rejected_by_name(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    with pytest.raises(Misconfigured, match=f"{name} is not a setting"):
        settings()


def test_variables_of_all_slices_are_known_without_imports():
    code = "from daybreak.settings import settings; settings()"
    env = os.environ | {"DAYBREAK_INTAKE_MAX_FILES": "5"}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0


def test_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("DAYBREAK_DATABASE_URL", "")
    monkeypatch.setenv(HOME, "")
    assert settings().database_url is None
    assert settings().home == default_home()


def test_secret_can_be_read_from_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "url"
    secret.write_text("postgresql://daybreak_app@host/daybreak\n")
    monkeypatch.setenv("DAYBREAK_DATABASE_URL_FILE", str(secret))
    url = settings().database_url
    assert url is not None
    assert url.get_secret_value() == "postgresql://daybreak_app@host/daybreak"
    monkeypatch.setenv("DAYBREAK_DATABASE_URL", "postgresql://another")
    assert Settings.load().database_url.get_secret_value() == "postgresql://another"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_unreadable_secret_file_is_named_without_its_content(monkeypatch, tmp_path, content):
    secret = tmp_path / "url"
    if content:
        secret.write_bytes(content)
    monkeypatch.setenv("DAYBREAK_DATABASE_URL_FILE", str(secret))
    with pytest.raises(Misconfigured, match=r"DAYBREAK_DATABASE_URL_FILE: .*url cannot be read"):
        settings()


def test_secret_is_not_in_the_repr_of_settings(monkeypatch):
    monkeypatch.setenv("DAYBREAK_DATABASE_URL", "postgresql://app:geheim@host/daybreak")
    assert "geheim" not in repr(settings())


@pytest.mark.parametrize(("value", "says"), [("0", "greater than 0"), ("many", "a whole number")])
def test_invalid_value_is_reported_with_its_variable(monkeypatch, value, says):
    monkeypatch.setenv("DAYBREAK_INTAKE_MAX_FILES", value)
    reject_unknown()
    with pytest.raises(Misconfigured, match=f"DAYBREAK_INTAKE_MAX_FILES must be {says}"):
        IntakeSettings.load()


def test_preset_replaces_defaults_only(write_config, monkeypatch):
    write_config(
        '[runs]\npreset = "dev"\nbulk_concurrency = 7\n[runs.kind_concurrency]\n"briefs.compose" = 2\n'
    )
    reject_unknown()
    loaded = RunsSettings.load()
    assert (loaded.interactive_concurrency, loaded.bulk_concurrency, loaded.drain_seconds) == (4, 7, 5.0)
    assert loaded.kind_concurrency == {"briefs.compose": 2}
    monkeypatch.setenv("DAYBREAK_RUNS_PRESET", "prod")
    assert RunsSettings.load().interactive_concurrency == 10
