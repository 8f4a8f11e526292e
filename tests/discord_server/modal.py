"""What a person fills into a modal."""

from collections.abc import Mapping
from typing import Any

from tests.discord_server.components import Part
from tests.discord_server.nouns import Upload
from tests.discord_server.options import Form, NotOffered, add
from tests.discord_server.refused import Json

MOST_TYPED = 4000


def answers_of(modal: Json, answers: Mapping[str, Any], form: Form) -> Json:
    """The components as they are sent back, and the files that were given along."""
    left = dict(answers)
    resolved: dict[str, Json] = {}
    components = [_row(row, left, form, resolved) for row in modal["components"]]
    if left:
        raise NotOffered(f"The modal has no field {sorted(left)}.")
    return {"components": components, **({"resolved": resolved} if resolved else {})}


def _row(row: Json, left: dict[str, Any], form: Form, resolved: dict[str, Json]) -> Json:
    match row["type"]:
        case Part.ROW:
            inside = [
                _field(field, field["label"], left, form, resolved) for field in row["components"]
            ]
            return {"type": Part.ROW, "id": row["id"], "components": inside}
        case Part.LABEL:
            field = _field(row["component"], row["label"], left, form, resolved)
            return {"type": Part.LABEL, "id": row["id"], "component": field}
    return {"type": Part.TEXT, "id": row["id"]}


def _field(
    field: Json, label: str, left: dict[str, Any], form: Form, resolved: dict[str, Json]
) -> Json:
    kind, custom = field["type"], field["custom_id"]
    name = custom if custom in left else label
    given = left.pop(name, None)
    told: Json = {"type": kind, "id": field["id"], "custom_id": custom}
    required = field.get("required") is not False
    if kind == Part.INPUT:
        return {**told, "value": _typed(field, label, given, required=required)}
    if kind == Part.UPLOAD:
        uploads = list(given or ())
        _count(field, label, uploads, required=required)
        return {**told, "values": [_sent(upload, form, resolved) for upload in uploads]}
    if kind == Part.CHECKBOX:
        return {**told, "value": bool(field.get("default") if given is None else given)}
    values = _chosen(field, label, given, required=required)
    if kind == Part.RADIO:
        return {**told, "value": values[0] if values else None}
    return {**told, "values": values}


def _typed(field: Json, label: str, given: Any, *, required: bool) -> str:
    text = field.get("value") or "" if given is None else str(given)
    least, most = field.get("min_length") or 0, field.get("max_length") or MOST_TYPED
    if required and not text:
        raise NotOffered(f"The field {label!r} must be filled in.")
    if (text and len(text) < least) or len(text) > most:
        raise NotOffered(f"The field {label!r} takes {least} to {most} characters.")
    return text


def _chosen(field: Json, label: str, given: Any, *, required: bool) -> list[str]:
    options = field.get("options") or []
    if given is None:
        values = [option["value"] for option in options if option.get("default")]
    else:
        values = [given] if isinstance(given, str) else list(given)
    known = {option["label"]: option["value"] for option in options}
    if field["type"] in (Part.SELECT, Part.RADIO, Part.CHECKBOXES):
        if any(value not in known and value not in known.values() for value in values):
            raise NotOffered(f"{values} are not all among {known}.")
        values = [known.get(value, value) for value in values]
    if field["type"] != Part.RADIO:
        _count(field, label, values, required=required)
    elif required and not values:
        raise NotOffered(f"Something must be chosen for {label!r}.")
    return values


def _count(field: Json, label: str, values: list[Any], *, required: bool) -> None:
    least, most = field.get("min_values", 1), field.get("max_values", 1)
    if not values and not required:
        return
    if not least <= len(values) <= most:
        raise NotOffered(f"{label!r} takes {least} to {most} choices.")


def _sent(upload: Upload, form: Form, resolved: dict[str, Json]) -> str:
    attachment = form.keep(upload)
    add(resolved, "attachments", attachment.id, attachment.written())
    return str(attachment.id)
