"""Lesson: what generative models cost, what they cannot do, and what they are abused for."""

from __future__ import annotations

from pages.parts.lesson import close_lesson, laboratory, open_lesson
from pages.parts.prose import _, markdown

open_lesson("outlook")
markdown("outlook")
laboratory("reading", _("Where to read on"), "menu_book")
close_lesson("outlook")
