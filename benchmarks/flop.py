"""FLOP: the arithmetic that a picture needs at least, to tell how busy a card was."""

from benchmarks.published import SD3, SD15, SDXL, Published

# By torch's own counter on networks of these sizes: matrix products, convolutions, attention.
STEP_OF_TWO_ROWS = {SD15.name: 1.6065e12, SDXL.name: 13.5225e12, SD3.name: 2 * 8.9043e12}
DECODING = {SD15.name: 2.5145e12, SDXL.name: 10.4704e12, SD3.name: 10.4722e12}
READING = {SD15.name: 0.0266e12, SDXL.name: 0.2223e12, SD3.name: 0.2223e12}


def flop_of(model: Published, steps: int) -> float:
    """Of one picture with guidance at the model's own size."""
    name = model.name
    return READING[name] + steps * STEP_OF_TWO_ROWS[name] + DECODING[name]
