"""Options: settings that programs read, and the model, which each owner has for themselves."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from pydantic import RootModel

from bot.app import App
from bot.web.a1111.dialect import A1111
from bot.web.a1111.names import model_called, title_of
from bot.web.a1111.progress import Nothing
from bot.web.a1111.shapes import Theirs, named
from bot.web.asked import Name
from bot.web.chosen import chosen_by, own_model, whose
from bot.web.endpoint import Call, Endpoint, answered
from engine.accounts import Act
from engine.clock import utc_now
from engine.key import Scope


class SetOptions(Theirs):
    """The rest is passed over: settings are nobody's alone there, and here they would be."""

    sd_model_checkpoint: Name | None = None


class ToldOptions(RootModel[dict[str, Any]]):
    """By their names there."""


class Options:
    """What is changed is changed for whoever changes it, and for nobody else."""

    def __init__(self, app: App) -> None:
        self._app = app

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/sdapi/v1/options",
                does=self.show,
                about="One's own model, and settings that are the same for all",
                tag="A1111",
                scope=Scope.READ,
                answers={200: ToldOptions},
                dialect=A1111,
            ),
            Endpoint(
                method="POST",
                path="/sdapi/v1/options",
                does=self.change,
                about="Choose the model that is painted with where none is named",
                tag="A1111",
                scope=Scope.PAINT,
                body=SetOptions,
                answers={200: Nothing},
                dialect=A1111,
            ),
        )

    async def show(self, call: Call) -> web.Response:
        card = own_model(self._app, await chosen_by(self._app, call.caller.owner))
        told = {
            "sd_model_checkpoint": title_of(card),
            # Elsewhere the SHA-256 of a file; a program that looks for it finds nothing, not
            # somebody else's model.
            "sd_checkpoint_hash": "",
            "sd_vae": "Automatic",
            "CLIP_stop_at_last_layers": 1,
            "samples_format": "png",
            "grid_format": "png",
            "enable_pnginfo": True,
            "save_txt": False,
            "live_previews_enable": True,
            "show_progress_every_n_steps": 1,
            "show_progress_type": "Approx cheap",
            "face_restoration": False,
            "face_restoration_model": None,
            "eta_noise_seed_delta": 0,
            "img2img_color_correction": False,
            "img2img_background_color": "#ffffff",
            "send_seed": True,
        }
        return answered(ToldOptions(told))

    async def change(self, call: Call) -> web.Response:
        wanted = call.body(SetOptions).sd_model_checkpoint
        if named(wanted):
            card = model_called(wanted or "", self._app.cards)
            owner = call.caller.owner
            act = Act(who=owner.id, at=utc_now())
            await self._app.chooser.set_preferences(whose(owner), {"model": card.name}, act)
        return answered(Nothing())
