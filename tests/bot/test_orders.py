"""What painters are told, wherever they are."""

from pathlib import Path

from bot.painters import orders_afar, orders_of, orders_rented
from bot.settings import Settings


def test_what_a_painter_measures_is_kept_in_the_data_folder_of_its_machine() -> None:
    settings = Settings(data_dir=Path("here"), ray_data_dir=Path("/there"))

    assert orders_of(settings).curves_dir == Path("here/curves")
    assert orders_afar(settings).curves_dir == Path("/there/curves")


def test_a_rented_machine_measures_nothing() -> None:
    settings = Settings()

    assert orders_of(settings).measures
    assert not orders_rented(settings).measures
