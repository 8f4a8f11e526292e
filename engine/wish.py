"""Wishes: the pictures that a request is to be led by."""

from pydantic import BaseModel, ConfigDict, Field

from engine.readable import Name


class ControlWish(BaseModel):
    """A picture to follow by a ControlNet; `image` is the digest of a picture that is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Name
    image: Name
    weight: float = Field(1.0, ge=0, le=2, strict=True)
    start: float = Field(0.0, ge=0, le=1, strict=True)
    end: float = Field(1.0, ge=0, le=1, strict=True)
    preprocessor: Name | None = None


class ReferenceWish(BaseModel):
    """A picture whose look to take over by an IP-Adapter; the only one fitting, without a name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    image: Name
    name: Name | None = None
    weight: float = Field(0.6, ge=0, le=2, strict=True)
