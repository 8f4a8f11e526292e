"""Names and descriptions of the commands in the languages that Discord knows."""

from discord import Locale, app_commands

from bot.discord.words import CATALOGUES, ENGLISH, language_of

NAMES = frozenset(
    {
        app_commands.TranslationContextLocation.command_name,
        app_commands.TranslationContextLocation.group_name,
        app_commands.TranslationContextLocation.parameter_name,
    }
)
_KEYS = {sentence: key for key, sentence in CATALOGUES[ENGLISH].items()}


class Translator(app_commands.Translator):
    """Names stand under `names`; a description is found by what it is in English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        language = language_of(locale.value)
        if language == ENGLISH:
            return None
        is_name = context.location in NAMES
        key = f"names.{string.message}" if is_name else _KEYS.get(string.message, "")
        return CATALOGUES[language].get(key)
