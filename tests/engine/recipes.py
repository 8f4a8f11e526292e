"""Recipes with everything in them, for whatever must keep them whole."""

from hypothesis import strategies as st

from engine.extra import PREPROCESSORS, Control, Extra, Reference
from engine.job import Recipe
from engine.safety import MEASURES

WHOLE = st.integers(-(2**70), 2**70)
REAL = st.floats(allow_nan=False, allow_infinity=False)

EVERYTHING = Recipe(
    prompt="a fox, in the snow",
    negative="people, cars",
    model="photo",
    digest="45dee52b",
    width=512,
    height=768,
    steps=20,
    guidance=7.0,
    sampler="DPM++ 2M Karras",
    seed=965400086,
    image="a" * 64,
    strength=0.6,
    mask="b" * 64,
    outpaint=(0, 64, 128, 8),
    guidance_end=0.6,
    cache=3,
    rescale=0.7,
    clip_skip=2,
    variation=0.2,
    variation_seed=7,
    upscale=1.5,
    upscaler="4x-UltraSharp",
    upscaler_digest="c" * 64,
    redraw=0.4,
    loras=(Extra(name="ink: v1, fine", digest="d" * 64, weight=-0.5),),
    embeddings=(Extra(name="EasyNegative", digest="e" * 64),),
    controls=(
        Control(name="edges", digest="f" * 64, image="1" * 64, preprocessor="canny", start=0.1),
        Control(name="depth", digest="2" * 64, image="3" * 64, weight=0.5, end=0.9),
    ),
    references=(Reference(name="look", digest="4" * 64, image="5" * 64, weight=0.6),),
    exact=True,
    hand="cuda bfloat16",
    safety="blur",
)


def recipes(words: st.SearchStrategy[str]) -> st.SearchStrategy[Recipe]:
    """Any recipe that can be held, possible or not."""
    extras = st.lists(st.builds(Extra, name=words, digest=words, weight=REAL), max_size=2)
    controls = st.builds(
        Control,
        name=words,
        digest=words,
        weight=REAL,
        image=words,
        start=REAL,
        end=REAL,
        preprocessor=st.none() | st.sampled_from(PREPROCESSORS),
    )
    references = st.builds(Reference, name=words, digest=words, weight=REAL, image=words)
    return st.builds(
        Recipe,
        prompt=words,
        negative=words,
        model=words,
        digest=words,
        width=WHOLE,
        height=WHOLE,
        steps=WHOLE,
        guidance=REAL,
        sampler=words,
        seed=WHOLE,
        image=st.none() | words,
        strength=REAL | st.just(1.0),
        mask=st.none() | words,
        outpaint=st.none() | st.tuples(WHOLE, WHOLE, WHOLE, WHOLE),
        guidance_end=REAL | st.just(1.0),
        cache=WHOLE,
        rescale=REAL,
        clip_skip=WHOLE,
        variation=REAL | st.just(0.0),
        variation_seed=st.none() | WHOLE,
        upscale=REAL | st.just(1.0),
        upscaler=words,
        upscaler_digest=words,
        redraw=REAL | st.just(0.0),
        loras=extras.map(tuple),
        embeddings=extras.map(tuple),
        controls=st.lists(controls, max_size=2).map(tuple),
        references=st.lists(references, max_size=2).map(tuple),
        exact=st.booleans(),
        hand=words,
        safety=st.none() | st.sampled_from(MEASURES),
    )
