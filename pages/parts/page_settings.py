"""What a page lets a reader set, kept in session and URL: a link shows this very picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core.settings import Settings
from gan_core.text import GanError
from pages.parts import fields, links
from pages.parts.prose import say

S = TypeVar("S", bound=Settings)


class PageSettings(Generic[S]):
    """The settings of one page: a widget for each field; the URL names what is not the default.

    Make it before the first widget: it takes what the link says. A value in the link that is not
    allowed is not taken, and a message says why.
    """

    def __init__(self, settings: type[S]) -> None:
        self._settings = settings
        asked = {name: st.query_params[name] for name in self._names if name in st.query_params}
        if links.followed(asked):
            links.know(asked)
            self.set(**self._taken(asked))
        for name in self._names:
            st.session_state.setdefault(self._key(name), settings.default(name))
        self.write_url()

    @property
    def values(self) -> S:
        """What is set now. Raises `GanError` where a typed text is not allowed."""
        return self._settings.parse(self._current())

    def field(
        self, name: str, place: DeltaGenerator | None = None, *, most: int | None = None
    ) -> Any:
        """Draw the widget of a field, of which `most` may be the highest value here; return it."""
        if most is not None and getattr(self.values, name) > most:
            self.change(**{name: most})  # else the browser would be told again what it has just set
        return fields.field(self._settings, name, key=self._key(name), place=place, most=most)

    def set(self, **values: Any) -> None:
        """Set some fields, and the others to their defaults: for links and for presets' buttons."""
        self.change(
            **{name: values.get(name, self._settings.default(name)) for name in self._names}
        )

    def change(self, **values: Any) -> None:
        """For callbacks: set some fields, and leave the others."""
        links.remember_all({self._key(name): value for name, value in values.items()})

    def button(self, text: str, **values: Any) -> None:
        """Draw a button that sets these fields, and the others to their defaults."""
        st.button(
            text, key=self._key(f"set {sorted(values.items())}"), on_click=self.set, kwargs=values
        )

    @property
    def _names(self) -> list[str]:
        return self._settings.names()

    def _key(self, name: str) -> str:
        return f"{self._settings.__name__}.{name}"

    def _current(self) -> dict[str, Any]:
        return {name: st.session_state[self._key(name)] for name in self._names}

    def _taken(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """What of a link is allowed; messages about the rest."""
        taken: dict[str, Any] = {}
        for name, value in asked.items():
            try:
                taken[name] = getattr(self._settings.parse(taken | {name: value}), name)
            except GanError as error:
                st.toast(say(error), icon=":material/error:", duration="long")
        return taken

    def write_url(self) -> None:
        """Say in the URL what is set: for fragments, which run without the rest of the page.

        Best called last: a browser that is told of another URL draws all of the page again.
        """
        differing = {
            name: str(value)
            for name, value in self._current().items()
            if value != self._settings.default(name)
        }
        said = st.query_params.to_dict()
        others = {name: value for name, value in said.items() if name not in self._names}
        if said != others | differing:
            st.query_params.from_dict(others | differing)
        links.know(differing)
