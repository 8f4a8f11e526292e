"""Worded: prompts of programs that know our flags at most, and no alternatives or wildcards."""

from engine.alternatives import literal
from engine.prompt import read_prompt
from engine.request import ImageRequest


def read_words(text: str, **given: object) -> ImageRequest:
    """As `read_prompt`, but a brace is a brace: never are more pictures painted than were counted.

    Raises InvalidRequest.
    """
    request = read_prompt(text, **given)
    said = {name: getattr(request, name) for name in request.model_fields_set}
    return ImageRequest.model_validate({**said, "prompt": literal(request.prompt)})
