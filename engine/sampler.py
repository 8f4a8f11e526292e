"""The samplers by the names that people know, as data; `engine.gpu.samplers` builds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean

NOTHING: Mapping[str, object] = MappingProxyType({})


class Noise(StrEnum):
    """How a model was taught to mix pictures with noise."""

    DIFFUSION = "diffusion"
    """In many small steps, as Stable Diffusion 1, 2 and XL were."""
    FLOW = "flow"
    """Along a straight line, as Stable Diffusion 3, FLUX and Z-Image were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solver:
    """A diffusers class and its options."""

    scheduler: str
    options: Mapping[str, object] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """A name, and the diffusers class and options behind it for diffusion models.

    `flow` is what takes their place for flow models, None where nothing does.
    """

    name: str
    scheduler: str
    options: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    flow: Solver | None = None
    aliases: tuple[str, ...] = ()
    forwards_per_step: int = 1
    more_forwards: int = 0
    most_steps: int | None = None

    @property
    def kinds(self) -> frozenset[Noise]:
        """The kinds of model that it works for."""
        return frozenset(Noise) if self.flow else frozenset({Noise.DIFFUSION})

    def solver(self, noise: Noise) -> Solver | None:
        """What it is for that kind of model, or None."""
        if noise is Noise.FLOW:
            return self.flow
        return Solver(scheduler=self.scheduler, options=self.options)

    def forwards(self, steps: int) -> int:
        """How often the network is asked in that many steps."""
        # PNDM asks twice at its first step, but not where that is its last one too.
        more = self.more_forwards if steps > 1 else min(0, self.more_forwards)
        return steps * self.forwards_per_step + more


EULER, EULER_ANCESTRAL = "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler"
HEUN, LMS = "HeunDiscreteScheduler", "LMSDiscreteScheduler"
DPM2, DPM2_ANCESTRAL = "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler"
MULTISTEP, SINGLESTEP = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"
UNIPC, DEIS = "UniPCMultistepScheduler", "DEISMultistepScheduler"
FLOW_EULER, FLOW_HEUN = "FlowMatchEulerDiscreteScheduler", "FlowMatchHeunDiscreteScheduler"
TWO_FORWARDS = frozenset({HEUN, DPM2, DPM2_ANCESTRAL})

KARRAS = MappingProxyType({"use_karras_sigmas": True})
EXPONENTIAL = MappingProxyType({"use_exponential_sigmas": True})
BETA = MappingProxyType({"use_beta_sigmas": True})
# From the very last of a model's times down, as models and LoRAs for few steps are taught.
TRAILING = MappingProxyType({"timestep_spacing": "trailing"})
FLOW_SIGMAS = MappingProxyType({"prediction_type": "flow_prediction", "use_flow_sigmas": True})
SDE = MappingProxyType({"algorithm_type": "sde-dpmsolver++"})
SDE_3M = MappingProxyType({**SDE, "solver_order": 3})
# The same solver as k-diffusion's. That draws its noise from a Brownian tree, whose seed stock
# diffusers leaves to chance (DPMSolverSDEScheduler); here each step has noise of its own. It has
# half as many forwards as in A1111. The option is what diffusers would change to by itself.
SINGLESTEP_SDE = MappingProxyType({**SDE, "lower_order_final": True})
# These train on a grid of 50 times and can take no more steps than that.
GRID = 50
UNCLIPPED = MappingProxyType({"clip_sample": False, "set_alpha_to_one": False})


def _sampler(
    name: str,
    scheduler: str,
    options: Mapping[str, object] = NOTHING,
    *,
    flow: Solver | None = None,
    aliases: tuple[str, ...] = (),
    most_steps: int | None = None,
) -> Sampler:
    # Two forwards a step, but the last step, which ends without noise, takes one.
    twice = scheduler in TWO_FORWARDS
    return Sampler(
        name=name,
        scheduler=scheduler,
        options=MappingProxyType(dict(options)),
        flow=flow,
        aliases=aliases,
        forwards_per_step=2 if twice else 1,
        more_forwards=-1 if twice else int(scheduler == "PNDMScheduler"),
        most_steps=most_steps,
    )


def _flow_sigmas(scheduler: str) -> Solver:
    """A solver of diffusion models that can follow a straight line as well.

    Not DEIS: in diffusers it stops a step early there and leaves the picture noisy.
    """
    return Solver(scheduler=scheduler, options=FLOW_SIGMAS)


# Which come in which spacings: those that A1111 listed by one name (all Karras, Exponential of the
# SDE ones), and what became usual since, Beta above all. Where a name has no spacing, the model's
# own is taken. "DPM++ 2S a", "DPM fast", "DPM adaptive" and "Restart" have no class in diffusers.
SAMPLERS = {
    sampler.name: sampler
    for sampler in (
        _sampler("Euler", EULER, flow=Solver(scheduler=FLOW_EULER)),
        _sampler("Euler Beta", EULER, BETA, flow=Solver(scheduler=FLOW_EULER, options=BETA)),
        _sampler("Euler SGM Uniform", EULER, TRAILING),
        _sampler("Euler a", EULER_ANCESTRAL),
        _sampler("Heun", HEUN, flow=Solver(scheduler=FLOW_HEUN)),
        _sampler("DPM2", DPM2),
        _sampler("DPM2 Karras", DPM2, KARRAS),
        _sampler("DPM2 a", DPM2_ANCESTRAL),
        _sampler("DPM2 a Karras", DPM2_ANCESTRAL, KARRAS),
        _sampler("LMS", LMS),
        _sampler("LMS Karras", LMS, KARRAS),
        _sampler("DPM++ 2M", MULTISTEP, flow=_flow_sigmas(MULTISTEP)),
        _sampler("DPM++ 2M Karras", MULTISTEP, KARRAS),
        _sampler("DPM++ 2M Exponential", MULTISTEP, EXPONENTIAL),
        _sampler("DPM++ 2M Beta", MULTISTEP, BETA),
        _sampler("DPM++ 2M SDE", MULTISTEP, SDE),
        _sampler("DPM++ 2M SDE Karras", MULTISTEP, {**SDE, **KARRAS}),
        _sampler("DPM++ 2M SDE Exponential", MULTISTEP, {**SDE, **EXPONENTIAL}),
        _sampler("DPM++ 3M SDE", MULTISTEP, SDE_3M),
        _sampler("DPM++ 3M SDE Karras", MULTISTEP, {**SDE_3M, **KARRAS}),
        _sampler("DPM++ 3M SDE Exponential", MULTISTEP, {**SDE_3M, **EXPONENTIAL}),
        _sampler("DPM++ SDE", SINGLESTEP, SINGLESTEP_SDE),
        _sampler("DPM++ SDE Karras", SINGLESTEP, {**SINGLESTEP_SDE, **KARRAS}),
        _sampler("UniPC", UNIPC, flow=_flow_sigmas(UNIPC)),
        _sampler("UniPC Karras", UNIPC, KARRAS),
        _sampler("DEIS", DEIS),
        _sampler("DDIM", "DDIMScheduler", UNCLIPPED),
        # With its first steps as in the paper it takes nine forwards more, and fewer than four
        # steps are too few; nobody paints pictures with those.
        _sampler(
            "PNDM",
            "PNDMScheduler",
            {"skip_prk_steps": True, "set_alpha_to_one": False},
            aliases=("PLMS",),
        ),
        _sampler("DDPM", "DDPMScheduler", {"clip_sample": False}),
        _sampler("LCM", "LCMScheduler", UNCLIPPED, most_steps=GRID),
        _sampler("TCD", "TCDScheduler", UNCLIPPED, most_steps=GRID),
    )
}


def _plain(name: str) -> str:
    name = name.lower().replace("++", "pp").replace("ancestral", "a")
    return "".join(letter for letter in name if letter.isalnum())


_BY_PLAIN_NAME = {
    _plain(name): sampler
    for sampler in SAMPLERS.values()
    for name in (sampler.name, *sampler.aliases)
}


def sampler_named(name: str) -> Sampler:
    """The sampler of that name, in any spelling of case, spaces and underscores."""
    found = _BY_PLAIN_NAME.get(_plain(name))
    if found is None:
        mend = did_you_mean(name, SAMPLERS)
        raise InvalidRequest("I know no sampler “{name}”. {mend}", name=name[:60], mend=mend)
    return found


def samplers_for(noise: Noise) -> list[str]:
    """The names of those that work for that kind of model."""
    return [name for name, sampler in SAMPLERS.items() if noise in sampler.kinds]
