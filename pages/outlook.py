"""Lesson: what generative models cost, what they cannot do, and what they are abused for."""

from __future__ import annotations

from pages.parts.lesson import close_lesson, open_lesson
from pages.parts.links import link
from pages.parts.prose import _, markdown

open_lesson("outlook")
markdown("outlook")
link("reading", _("Where to read on"), "menu_book")
close_lesson("outlook")
