"""Names and descriptions of the commands in the languages that Discord knows."""

from discord import Locale, app_commands

from bot.discord.speech.words import CATALOGUES, ENGLISH, language_of

NAMES = frozenset(
    {
        app_commands.TranslationContextLocation.command_name,
        app_commands.TranslationContextLocation.group_name,
        app_commands.TranslationContextLocation.parameter_name,
    }
)


class Translator(app_commands.Translator):
    """Names stand under `names`; a description is found by what it is in English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        language = _SPOKEN.get(locale)
        if language is None:
            return None
        if context.location in NAMES:
            return CATALOGUES[language].get(f"names.{string.message}")
        key = _KEYS.get(string.message)
        return None if key is None else _bare(CATALOGUES[language].get(key, string.message))


def _bare(sentence: str) -> str:
    """As it is said when nothing is filled in."""
    return sentence.replace("{{", "{").replace("}}", "}")


_SPOKEN = {
    locale: language for locale in Locale if (language := language_of(locale.value)) != ENGLISH
}
"""Looked up, since each start asks ten thousand times."""
_KEYS = {_bare(sentence): key for key, sentence in CATALOGUES[ENGLISH].items()}
"""What commands are described by; where a description stands twice, it is translated alike."""
