"""Told: what was made ready of a model, for the people who run Easel."""

from engine.gpu.family import Family
from engine.gpu.switches.shape import Shape
from engine.gpu.switches.track import Track
from engine.made import Made


def told_of(family: Family) -> tuple[Made, ...]:
    """Of the shapes of which something is there, comes, or was tried. In any thread."""
    tracks = family.tracks
    if tracks is None:
        return ()
    scale = int(family.pipe.vae_scale_factor)
    told = [_told(shape, track, tracks.network, scale) for shape, track in tracks.all.items()]
    some = [
        each for each in told if each.recorded or each.compiled or each.compiling or each.without
    ]
    return tuple(sorted(some, key=lambda each: (each.width, each.height, each.rows, each.tokens)))


def _told(shape: Shape, track: Track, network: object, scale: int) -> Made:
    height, width = shape.latents[-2:]
    return Made(
        width=width * scale,
        height=height * scale,
        rows=shape.width,
        tokens=shape.tokens,
        phase=str(shape.phase),
        recorded=track.recorded,
        # What is laid down answers the next time: nobody may ask for hours.
        compiled=track.is_compiled(network) or track.offered is not None,
        compiling=track.compiles,
        without=tuple(filter(None, (track.no_recording, track.no_program))),
    )
