"""Lesson: questions that everybody asks, and answers that hold."""

from __future__ import annotations

from pages.parts.lesson import close_lesson, open_lesson
from pages.parts.links import link
from pages.parts.prose import _, markdown

open_lesson("questions")
markdown("questions")
link("glossary", _("Words that you have met: the glossary"), "dictionary")
close_lesson("questions")
