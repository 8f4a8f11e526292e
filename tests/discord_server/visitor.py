"""A small bot on the unmodified discord.py, which the stand-in's own tests send in."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from typing import Any, Protocol, Self

import yarl

with warnings.catch_warnings():
    # discord.py wants audioop for voice, which nobody needs here; Python 3.13 has it no more.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    from discord import app_commands, ui

RED_DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
NOBODY = discord.AllowedMentions.none()


class Addressed(Protocol):
    """What a bot must know of Discord."""

    @property
    def api(self) -> str:
        """Where the API is."""
        ...

    @property
    def gateway(self) -> str:
        """Where the gateway is."""
        ...

    @property
    def token(self) -> str:
        """What opens both."""
        ...


class Edit(ui.Modal, title="Paint it again"):
    """Fields of every kind that a picture needs."""

    prompt: ui.TextInput[Self] = ui.TextInput(label="Prompt", default="a fox", custom_id="prompt")
    seed: ui.Label[Self] = ui.Label(
        text="Seed", component=ui.TextInput(custom_id="seed", required=False)
    )

    style: ui.Label[Self] = ui.Label(
        text="Style",
        component=ui.Select(
            custom_id="style",
            required=False,
            options=[discord.SelectOption(label=name) for name in ("ink", "oil")],
        ),
    )
    image: ui.Label[Self] = ui.Label(
        text="Image", component=ui.FileUpload(custom_id="image", required=False, max_values=2)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Say what was filled in."""
        seed = self.seed.component
        style, image = self.style.component, self.image.component
        assert isinstance(seed, ui.TextInput)
        assert isinstance(style, ui.Select)
        assert isinstance(image, ui.FileUpload)
        words = f"{self.prompt.value} by seed {seed.value or 'of chance'}"
        words = " in ".join([words, *style.values])
        for file in image.values:
            words += f" like {file.filename} of {len(await file.read())} bytes"
        await interaction.response.send_message(words, allowed_mentions=NOBODY)


class Buttons(ui.View):
    """They work for ever."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Edit", custom_id="edit")
    async def edit(self, interaction: discord.Interaction, _: ui.Button[Self]) -> None:
        """Ask with a modal."""
        await interaction.response.send_modal(Edit())

    @ui.button(label="Update", custom_id="update")
    async def update(self, interaction: discord.Interaction, _: ui.Button[Self]) -> None:
        """Change the message at once."""
        await interaction.response.edit_message(content="updated", view=None)

    @ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: ui.Button[Self]) -> None:
        """Change nothing yet, say something apart, then change the message."""
        await interaction.response.defer()
        await interaction.followup.send("a word to you", ephemeral=True)
        await interaction.edit_original_response(content="later")

    @ui.select(
        custom_id="tile",
        placeholder="Which tile?",
        options=[discord.SelectOption(label=f"Tile {n}", value=str(n)) for n in (1, 2)],
    )
    async def tile(self, interaction: discord.Interaction, select: ui.Select[Self]) -> None:
        """Say what was chosen."""
        await interaction.response.send_message(f"tile {select.values[0]}")


class Gallery(ui.LayoutView):
    """The newer components, with a picture and a button."""

    def __init__(self, words: str, picture: str) -> None:
        super().__init__(timeout=None)
        row: ui.ActionRow[Self] = ui.ActionRow()
        row.add_item(ui.Button(label="More", custom_id="more"))
        pictures = ui.MediaGallery[Self](discord.MediaGalleryItem(picture))
        self.add_item(ui.Container(ui.TextDisplay(words), pictures, row))


class Visitor(discord.Client):
    """Answers a few commands in the ways in which commands can be answered."""

    def __init__(self, **options: Any) -> None:
        intents = discord.Intents(guilds=True)
        options = {"guild_ready_timeout": 0.05, "allowed_mentions": NOBODY, **options}
        super().__init__(intents=intents, **options)
        self.tree = app_commands.CommandTree(self)
        self.gate = asyncio.Event()
        self.gate.set()
        self.raw: list[str] = []
        self.came_in = asyncio.Event()
        self.resumed = asyncio.Event()
        self.errors: list[BaseException] = []
        self.running: asyncio.Future[None] = asyncio.Future()
        add_commands(self)

    async def setup_hook(self) -> None:
        """Tell Discord of the commands."""
        self.add_view(Buttons())
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Come back at once."""

    async def on_ready(self) -> None:
        """Logged in, and the servers are known."""
        self.came_in.set()

    async def on_resumed(self) -> None:
        """Went on where it was."""
        self.resumed.set()

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Keep what went wrong, for the tests."""

    async def on_socket_event_type(self, event: str) -> None:
        """Keep what was heard."""
        self.raw.append(event)


def add_commands(bot: Visitor) -> None:
    """One for each way to ask and to answer."""

    @bot.tree.command()
    @app_commands.describe(prompt="What", image="Like this", count="How many", private="For me")
    async def paint(
        interaction: discord.Interaction,
        prompt: str,
        image: discord.Attachment | None = None,
        count: app_commands.Range[int, 1, 4] = 1,
        private: bool = False,
    ) -> None:
        """Think, then show a picture with buttons."""
        await interaction.response.defer(ephemeral=private, thinking=True)
        await bot.gate.wait()
        picture = await image.read() if image else RED_DOT
        files = [discord.File(BytesIO(picture), f"{n}.png") for n in range(count)]
        await interaction.edit_original_response(
            content=f"Here is {prompt}", attachments=files, view=Buttons()
        )

    @bot.tree.command()
    async def show(interaction: discord.Interaction, words: str) -> None:
        """Think, then show the newer components."""
        await interaction.response.defer(thinking=True)
        file = discord.File(BytesIO(RED_DOT), "dot.png")
        gallery = Gallery(words, "attachment://dot.png")
        await interaction.edit_original_response(attachments=[file], view=gallery)

    @bot.tree.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def greet(interaction: discord.Interaction, follow_ups: int = 0) -> None:
        """Say hello at once, and more where it is wanted."""
        await interaction.response.send_message("Hello")
        for number in range(follow_ups):
            await interaction.followup.send(f"again {number}")

    @bot.tree.command()
    async def choose(interaction: discord.Interaction, model: str) -> None:
        """Offer models while somebody types."""
        await interaction.response.send_message(model)

    @choose.autocomplete("model")
    async def models(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        every = ("picturebook", "sdxl", "sd3")
        return [app_commands.Choice(name=n, value=n) for n in every if typed in n]

    @bot.tree.command(nsfw=True)
    async def bare(interaction: discord.Interaction) -> None:
        """For age-restricted channels."""
        await interaction.response.send_message("bare")

    mod = app_commands.Group(
        name="mod",
        description="For moderators",
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    @mod.command()
    async def block(interaction: discord.Interaction, user: discord.Member) -> None:
        """Name somebody."""
        await interaction.response.send_message(f"blocked {user.name}", ephemeral=True)

    bot.tree.add_command(mod)

    @bot.tree.context_menu(name="Picture info")
    async def look(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"info on {message.content}")

    @bot.tree.error
    async def on_error(_: discord.Interaction, error: app_commands.AppCommandError) -> None:
        bot.errors.append(getattr(error, "original", error))


@asynccontextmanager
async def visiting(server: Addressed, **options: Any) -> AsyncIterator[Visitor]:
    """A bot that is logged in until it is no longer needed, by discord.py's own hooks."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = server.api
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway)
    bot = Visitor(**options)
    running = bot.running = asyncio.create_task(bot.start(server.token))
    entering = asyncio.create_task(bot.came_in.wait())
    try:
        await asyncio.wait([running, entering], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        if running.done():
            running.result()
        assert bot.came_in.is_set(), "the bot did not come in"
        yield bot
    finally:
        entering.cancel()
        await bot.close()
        running.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await running
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before
