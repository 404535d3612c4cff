"""Registries: a new file in a package is a new item."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gan_core.datasets import DATASETS
from gan_core.families import FAMILIES
from gan_core.losses import LOSSES
from gan_core.metrics import METRICS
from gan_core.networks import NETWORKS
from gan_core.registry import Registry
from gan_core.text import GanError

ALL: list[Registry[Any]] = [DATASETS, FAMILIES, LOSSES, METRICS, NETWORKS]
every_registry = pytest.mark.parametrize("registry", ALL, ids=lambda registry: registry.kind)


@dataclass(frozen=True)
class Fruit:
    name: str
    order: int = 100


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package `orchard` with a registry and two files of one item each."""
    folder = tmp_path / "orchard"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from gan_core.registry import Registry\nFRUITS = Registry('fruit', __name__)\n"
    )
    write_fruit(folder, "apple", order=20)
    write_fruit(folder, "pear", order=10)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "orchard"]:
        del sys.modules[name]


def write_fruit(folder: Path, name: str, order: int, file: str = "") -> None:
    (folder / f"{file or name}.py").write_text(
        "from types import SimpleNamespace\n"
        "from orchard import FRUITS\n"
        f"FRUITS.register(SimpleNamespace(name={name!r}, order={order}))\n"
    )


def fruits() -> Registry[Fruit]:
    from orchard import FRUITS  # type: ignore[import-not-found]

    registry: Registry[Fruit] = FRUITS
    return registry


@pytest.mark.usefixtures("package")
def test_files_are_found_and_put_in_reading_order() -> None:
    assert fruits().names() == ["pear", "apple"]


def test_new_file_is_all_that_a_new_item_takes(package: Path) -> None:
    write_fruit(package, "cherry", order=15)
    assert fruits().names() == ["pear", "cherry", "apple"]
    assert fruits().get("cherry").name == "cherry"


@pytest.mark.usefixtures("package")
def test_lookup_alone_finds_the_files() -> None:
    assert fruits().get("apple").order == 20


def test_name_used_twice_is_an_error(package: Path) -> None:
    write_fruit(package, "apple", order=5, file="another_apple")
    with pytest.raises(ValueError, match="already a fruit named 'apple'"):
        fruits().names()


@pytest.mark.usefixtures("package")
def test_a_long_name_is_quoted_in_part() -> None:
    with pytest.raises(GanError) as raised:
        fruits().get("kiwi" * 1000)
    assert "kiwikiwi" in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("name", ["kiwi", "", None, ["apple"]])
def test_unknown_name_is_answered_with_those_there_are(name: Any) -> None:
    with pytest.raises(GanError) as raised:
        fruits().get(name)
    assert f"no fruit called {str(name)!r}" in str(raised.value)
    assert "apple" in str(raised.value)
    assert "pear" in str(raised.value)


@every_registry
def test_names_are_keys_that_a_shell_and_a_url_take(registry: Registry[Any]) -> None:
    assert registry.names()
    for name in registry.names():
        assert name.isidentifier()
        assert name == name.lower()
        assert registry.get(name).name == name


@every_registry
def test_order_of_reading_leaves_no_doubt(registry: Registry[Any]) -> None:
    orders = [item.order for item in registry]
    assert orders == sorted(set(orders))
