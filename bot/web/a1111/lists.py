"""Lists: what there is to choose from, as A1111's clients read it. What there is not is empty."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web
from pydantic import BaseModel, RootModel

from bot.app import App
from bot.web.a1111.dialect import A1111
from bot.web.a1111.names import PLAIN, SCHEDULES, hash_of, title_of
from bot.web.a1111.progress import Nothing
from bot.web.a1111.scripts import CONTROLNET
from bot.web.chosen import chosen_by, known_styles, own_model
from bot.web.endpoint import Call, Endpoint, answered
from engine.addon import Kind
from engine.extra import PREPROCESSORS
from engine.job import LANCZOS, LATENT
from engine.key import Scope
from engine.sampler import SAMPLERS

NONE = "None"
SHAPES = {"SD 1.x": 768, "SD 2.x": 1024, "SDXL": 2048}
"""How long an embedding's vectors are, by what it is made for; their clients sort by that."""
HIRES_UPSCALERS = "txt2img_hr_upscaler"
LORAS = "setting_sd_lora"
"""What AIYA finds its lists by."""

Row = dict[str, Any]


class Rows(RootModel[list[Row]]):
    """A list of things."""


class Facts(RootModel[Row]):
    """Things by their names."""


class ToldScripts(BaseModel):
    txt2img: list[str]
    img2img: list[str]


class Lists:
    """Names and nothing else: no path of this machine."""

    def __init__(self, app: App) -> None:
        self._app = app

    def endpoints(self) -> Sequence[Endpoint]:
        nothing = ("sd-vae", "hypernetworks", "face-restorers", "realesrgan-models", "script-info")
        return (
            _listing("sd-models", self.models, "The models that there are"),
            _listing("samplers", self.samplers, "The samplers that there are"),
            _listing("schedulers", self.schedulers, "Schedules that samplers can be joined with"),
            _listing("upscalers", self.upscalers, "What can enlarge a picture"),
            _listing(
                "latent-upscale-modes", self.latent_modes, "What can enlarge before a picture"
            ),
            _listing("loras", self.loras, "The LoRAs that there are"),
            _listing("prompt-styles", self.styles, "One's own styles, and the built-in ones"),
            *(_listing(name, self.nothing, "There are none here") for name in nothing),
            _told("/sdapi/v1/embeddings", self.embeddings, "The embeddings that there are", Facts),
            _told("/sdapi/v1/scripts", self.scripts, "Extensions that are known", ToldScripts),
            _told("/sdapi/v1/cmd-flags", self.flags, "How the program was started", Facts),
            _told("/controlnet/version", self.version, "Of ControlNet's own interface", Facts),
            _told("/controlnet/model_list", self.controlnets, "The ControlNets there are", Facts),
            _told("/controlnet/module_list", self.modules, "What is made for ControlNets", Facts),
            _told("/config", self.config, "Lists that some clients find only here", Facts),
            Endpoint(
                method="POST",
                path="/sdapi/v1/refresh-checkpoints",
                does=self.refresh,
                about="Nothing: models are looked for at the start",
                tag="A1111",
                scope=Scope.READ,
                answers={200: Nothing},
                dialect=A1111,
            ),
        )

    async def models(self, _: Call) -> web.Response:
        return _rows(
            {
                "title": title_of(card),
                "model_name": card.name,
                "hash": hash_of(card),
                # Ours is of all files of a model, and would name another one elsewhere.
                "sha256": None,
                "filename": card.name,
                "config": None,
            }
            for card in self._app.cards.values()
        )

    async def samplers(self, _: Call) -> web.Response:
        return _rows(
            {"name": name, "aliases": list(sampler.aliases), "options": _schedule_in(name)}
            for name, sampler in SAMPLERS.items()
        )

    async def schedulers(self, _: Call) -> web.Response:
        return _rows(
            {
                "name": name,
                "label": label,
                "aliases": None,
                "default_rho": -1.0,
                "need_inner_model": False,
            }
            for name, label in {PLAIN: "Automatic", **SCHEDULES}.items()
        )

    async def upscalers(self, _: Call) -> web.Response:
        known = {"model_path": None, "model_url": None, "scale": 4.0}
        return _rows(
            {"name": name, "model_name": None if built_in else name, **known}
            for name, built_in in (
                (NONE, True),
                (LANCZOS, True),
                *((name, False) for name in self._names(Kind.UPSCALER)),
            )
        )

    async def latent_modes(self, _: Call) -> web.Response:
        return _rows([{"name": LATENT}])

    async def loras(self, _: Call) -> web.Response:
        return _rows(
            {"name": name, "alias": name, "path": name, "metadata": {}}
            for name in self._names(Kind.LORA)
        )

    async def styles(self, call: Call) -> web.Response:
        chosen = await chosen_by(self._app, call.caller.owner)
        return _rows(
            {"name": style.name, "prompt": style.prompt, "negative_prompt": style.negative}
            for style in known_styles(chosen)
        )

    async def nothing(self, _: Call) -> web.Response:
        return _rows([])

    async def embeddings(self, call: Call) -> web.Response:
        """Those that go with one's own model, and the others."""
        card = own_model(self._app, await chosen_by(self._app, call.caller.owner))
        told: dict[str, dict[str, Row]] = {"loaded": {}, "skipped": {}}
        for addon in self._app.shelf().of(Kind.EMBEDDING):
            told["loaded" if addon.fits(card) else "skipped"][addon.name] = {
                "step": None,
                "sd_checkpoint": None,
                "sd_checkpoint_name": None,
                "shape": SHAPES.get(addon.architecture, 0),
                "vectors": 1,
            }
        return answered(Facts(told))

    async def scripts(self, _: Call) -> web.Response:
        known = [CONTROLNET] if self._names(Kind.CONTROLNET) else []
        return answered(ToldScripts(txt2img=known, img2img=known))

    async def flags(self, _: Call) -> web.Response:
        told = {"api": True, "nowebui": False, "api_auth": None, "gradio_auth": None}
        return answered(Facts({**told, "lora_dir": str(Kind.LORA), "ckpt_dir": None}))

    async def version(self, _: Call) -> web.Response:
        return answered(Facts({"version": 2}))

    async def controlnets(self, _: Call) -> web.Response:
        return answered(Facts({"model_list": self._names(Kind.CONTROLNET)}))

    async def modules(self, _: Call) -> web.Response:
        return answered(Facts({"module_list": [NONE.lower(), *PREPROCESSORS]}))

    async def config(self, _: Call) -> web.Response:
        lists = {
            LORAS: ["", *self._names(Kind.LORA)],
            HIRES_UPSCALERS: [LATENT, LANCZOS, *self._names(Kind.UPSCALER)],
        }
        told = [{"props": {"elem_id": name, "choices": names}} for name, names in lists.items()]
        return answered(Facts({"components": told}))

    async def refresh(self, _: Call) -> web.Response:
        return answered(Nothing())

    def _names(self, kind: Kind) -> list[str]:
        return self._app.shelf().names(kind)


def _rows(rows: Any) -> web.Response:
    return answered(Rows(list(rows)))


def _schedule_in(sampler: str) -> dict[str, str]:
    """What a name says of the schedule, where it ends with one."""
    for name, label in SCHEDULES.items():
        if sampler.endswith(f" {label}"):
            return {"scheduler": name}
    return {}


def _listing(name: str, does: Callable[[Call], Awaitable[web.Response]], about: str) -> Endpoint:
    return _told(f"/sdapi/v1/{name}", does, about, Rows)


def _told(
    path: str,
    does: Callable[[Call], Awaitable[web.Response]],
    about: str,
    shape: type[BaseModel],
) -> Endpoint:
    return Endpoint(
        method="GET",
        path=path,
        does=does,
        about=about,
        tag="A1111",
        scope=Scope.READ,
        answers={200: shape},
        dialect=A1111,
    )
