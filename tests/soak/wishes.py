"""What people ask for: small pictures, some of them twice, in every way that can be typed."""

import random

COLOURS = ("red", "blue", "green", "white", "black", "yellow")
THINGS = ("circle", "square", "boat", "house", "tree", "moon")
PLACES = ("on a white background", "on the sea", "at night", "on a blue background", "")
SIZES = ("64x64", "64x64", "64x64", "64x128", "128x64")
MOST_SEEDS = 40
"""Few enough that now and then somebody asks for what they have already."""


def words(chance: random.Random) -> str:
    """What is to be seen."""
    parts = (chance.choice(COLOURS), chance.choice(THINGS), chance.choice(PLACES))
    return f"a {' '.join(parts)}".strip()


def prompt(chance: random.Random) -> str:
    """With flags, as people type them."""
    flags = [f"--size {chance.choice(SIZES)}", f"--steps {chance.randint(1, 3)}"]
    if chance.random() < 0.3:
        flags.append(f"--seed {chance.randrange(MOST_SEEDS)}")
    if chance.random() < 0.15:
        flags.append("--exact")
    if chance.random() < 0.1:
        flags.append("--no people")
    if chance.random() < 0.3:
        flags.append(f"--count {chance.randint(2, 4)}")
    if chance.random() < 0.1:
        flags.append('--sampler "Euler a"')
    return " ".join([words(chance), *flags])


def several(chance: random.Random) -> str:
    """One prompt that stands for some pictures, of which it is asked first."""
    colours = "|".join(chance.sample(COLOURS, 2))
    return f"a {{{colours}}} {chance.choice(THINGS)} --size 64x64 --steps 1"


def mistaken(chance: random.Random) -> str:
    """What is refused with a sentence."""
    flags = ("--stepz 3", "--size 63x64", "--steps 900", "--model nothing", "--seed -1")
    return f"a fox {chance.choice(flags)}"
