"""Named items, one file each: a new file in a package is a new item, with nothing else to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from gan_core.text import N_, GanError, Text, quoted


class Named(Protocol):
    """What every registered item has: its key."""

    @property
    def name(self) -> str: ...


Item = TypeVar("Item", bound=Named)


class Registry(Generic[Item]):
    """The items of one kind, found in the modules of `package` when first asked for."""

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._items: dict[str, Item] = {}
        self._discovered = False

    def register(self, item: Item) -> Item:
        """Add `item` under its name; a second item of that name raises `ValueError`."""
        if item.name in self._items:
            raise ValueError(f"There is already a {self.kind} named {item.name!r}.")
        self._items[item.name] = item
        return item

    def get(self, name: str) -> Item:
        """Return the item called `name`; raises `GanError` that lists the names there are."""
        self._discover()
        try:
            return self._items[name]
        except (KeyError, TypeError):
            raise GanError(
                N_("There is no {kind} called {name!r}. Choose one of: {names}."),
                kind=Text(self.kind),
                name=quoted(str(name)),
                names=", ".join(self._items),
            ) from None

    def names(self) -> list[str]:
        """Return every name, in the order in which a reader should meet them."""
        return [item.name for item in self]

    def __iter__(self) -> Iterator[Item]:
        self._discover()
        return iter(sorted(self._items.values(), key=lambda item: getattr(item, "order", 100)))

    def _discover(self) -> None:
        if self._discovered:
            return
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self._package}.{module.name}")
        self._discovered = True
