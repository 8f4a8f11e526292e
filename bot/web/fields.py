"""Fields that several bodies and queries have."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from engine.moderation import LONGEST_WHY

TYPED = "typed"
"""What the context of a check calls that a text is no number and no truth, as in JSON."""
NUMBERS = {int, float}
LARGEST_NUMBER = 10**18 - 1
FURTHEST = datetime(2200, 1, 1, tzinfo=UTC)


class Said(BaseModel):
    """What somebody sends: nothing in it is guessed or passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, bool | int | float | str) or not info.field_name:
            return value
        kinds = set(_kinds_in(cls.model_fields[info.field_name].annotation))
        typed = info.context is not None and info.context.get(TYPED)
        number = "float_type" if float in kinds else "int_type"
        match value:
            # Python counts with them; nobody who writes "seed": true means 1.
            case bool() if bool not in kinds and kinds & NUMBERS:
                raise PydanticCustomError(number, "")
            case str() if typed and str not in kinds and kinds & NUMBERS:
                raise PydanticCustomError(number, "")
            case str() if typed and str not in kinds and bool in kinds:
                raise PydanticCustomError("bool_type", "")
            case int() | float() if not isinstance(value, bool):
                if typed and bool in kinds and not kinds & NUMBERS:
                    raise PydanticCustomError("bool_type", "")
        return value


def _kinds_in(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _kinds_in(part)


def _in_reach(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("that is in no year that I can count") from None
    if moment > FURTHEST:
        raise ValueError("that is too far away; leave it out for what has no end")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_reach)]
"""Some time of these centuries, with its time zone."""
# No database keeps a zero in a text.
Plain = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Why = Annotated[str, Field(max_length=LONGEST_WHY, pattern=r"^[^\x00]*$")]
"""For the audit, and for whomever it is done to."""
Number = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]


class Reason(Said):
    """Why, of what has no body."""

    why: Why = Field("", description="The reason, for the audit.")
