import inspect
import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from daybreak.settings import CONFIG_VARIABLE, env_prefix, env_variables, groups

PAGE = Path(__file__).parents[2] / "docs/settings.md"
ROW = re.compile(r"^\| `(?P<name>DAYBREAK_\w+)` \| (?P<default>.*?) \| (?P<meaning>.*?) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    rows = [match.groups() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert len({name for name, _, _ in rows}) == len(rows)
    return {name: (default, meaning) for name, default, meaning in rows}


def declared() -> dict[str, tuple[str, str]]:
    """Return each variable with its default and description, as on the settings page."""
    return {
        variable: (shown(field), field.description)
        for group in groups()
        for variable, field in zip(env_variables(group), group.model_fields.values(), strict=True)
    }


def shown(field) -> str:
    if field.default_factory is not None:
        return "see below"
    assert field.default is not PydanticUndefined
    if field.default is None or field.default == ():
        return "unset"
    text = field.default.human_readable() if hasattr(field.default, "human_readable") else str(field.default)
    return f"`{text.lower() if isinstance(field.default, bool) else text}`"


def test_settings_page_lists_every_setting():
    page = documented()
    page.pop(CONFIG_VARIABLE)
    assert page == declared()


def test_settings_group_is_in_its_slice():
    for group in groups():
        slice_ = env_prefix(group).removeprefix("DAYBREAK_").removesuffix("_").lower()
        assert inspect.getmodule(group).__name__ == f"daybreak.{slice_}.settings".replace("..", ".")
