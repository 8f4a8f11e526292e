"""The page of settings has every setting, and no other; its defaults and examples are true."""

import re
import tomllib

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.expected import EXPECTED
from bot.setting_places import PREFIX, TEST_PREFIX
from bot.settings import Settings
from tests.docs.pages import PAGES, Page, page

HERE = page("docs/settings.md")
ROWS = {row[0].strip("`"): row for row in HERE.rows(columns=4)}
NAMED = re.compile(r"\b(EASEL_[A-Z_]+)(…?)")
NOT_SET = "not set"
NEEDED = {"safety": {"safety_model": "data/models/safety"}}
"""What another setting has to say for an example to hold."""


def test_every_setting_is_on_the_page_and_no_other() -> None:
    assert set(ROWS) == {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}


@pytest.mark.parametrize("field", Settings.model_fields)
def test_a_default_is_what_holds_where_nothing_is_set(field: str) -> None:
    told = ROWS[f"{PREFIX}{field.upper()}"][1].strip("`")

    assert told == _written(Settings.model_fields[field])


@pytest.mark.parametrize("field", Settings.model_fields)
def test_an_example_can_be_set(field: str) -> None:
    example = ROWS[f"{PREFIX}{field.upper()}"][2].strip("`")

    settings = _Told.model_validate({field: example, **NEEDED.get(field, {})})

    assert str(getattr(settings, field)) != ""


def test_every_setting_says_what_is_expected_of_it() -> None:
    assert set(EXPECTED) == set(Settings.model_fields)


def test_the_lines_for_easel_toml_are_lines_of_that_file() -> None:
    [line] = [line for line in HERE.prose.splitlines() if "`easel.toml`" in line]
    written = "\n".join(code for code in re.findall(r"`([^`]+)`", line) if " = " in code)

    table = tomllib.loads(written)

    assert len(table) == 3
    assert set(table) <= set(Settings.model_fields)
    assert _Told.model_validate(table).port == table["port"]


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_every_setting_that_a_page_names_is_one(each: Page) -> None:
    shown = each.text
    for block in each.blocks("text"):
        shown = shown.replace(block, "")
    known = set(ROWS)

    for name, more in NAMED.findall(shown):
        alike = [one for one in known if one.startswith(name)]
        assert name in known or name.startswith(TEST_PREFIX) or (more and alike), name


def test_an_example_that_cannot_be_set_would_be_seen() -> None:
    with pytest.raises(ValidationError):
        _Told.model_validate({"port": "many"})


class _Told(Settings):
    """Settings that hear only what they are told."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def _written(field: FieldInfo) -> str:
    match field.default:
        case None | ():
            return NOT_SET
        case bool() as yes:
            return str(yes).lower()
        case tuple() as several:
            return ",".join(several)
        case other:
            return str(other)
