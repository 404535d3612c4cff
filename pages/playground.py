"""Playground: a GAN in the plane, where everything can be seen at once."""

from __future__ import annotations

import streamlit as st

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.figures.plane_data import plane_data
from gan_core.presets import PLANE_PRESETS
from gan_core.runs.run import ENDED
from gan_core.text import GanError
from pages.parts.bands import bands
from pages.parts.branching import pair_form
from pages.parts.challenge import IN_URL, asked_challenge, challenge_box, hidden_in
from pages.parts.controls import config_controls, preset_control
from pages.parts.drawing_pad import data_controls
from pages.parts.engine import engine_notice
from pages.parts.layers import layer_switches
from pages.parts.lesson_link import lesson_link
from pages.parts.links import HIDE, hidden, keep
from pages.parts.prose import _, markdown, say
from pages.parts.run_panel import asked_run, beside, run_panels
from pages.parts.steady_figure import steady_figure
from pages.parts.store import store
from pages.parts.train_button import train_button, train_button_on_a_phone

DATA_PIXELS = 400
PLANES = [dataset.name for dataset in DATASETS if not dataset.is_image]


def show(run_ids: list[str]) -> None:
    """One run, or two beside each other that show the same step."""
    run_panels(run_ids, layers=layer_switches())
    if len(run_ids) == 1 and not hidden("seeds"):
        bands(store().run(run_ids[0]))


def show_data(config: RunConfig) -> None:
    """What G is to learn; the pad shows what is drawn by hand."""
    if config.dataset != "drawing":
        with st.container(width=DATA_PIXELS):
            steady_figure(plane_data(config.items.dataset, _), key="data")


keep("run", "beside", IN_URL)
challenge = asked_challenge()
if challenge:
    st.query_params.setdefault(HIDE, hidden_in(challenge))
with st.sidebar:
    preset_control(PLANE_PRESETS)
    above_the_settings = st.container()
    values = config_controls(PLANES)
    train_button(above_the_settings)
    if not hidden("lesson"):
        lesson_link()

try:
    run = asked_run()
    shown = [run.id, *beside(run.id)] if run else []
    if challenge:
        challenge_box(challenge, run)
    if shown:
        show(shown)
    before_a_run = st.container(horizontal=True)
    if not shown and not challenge:
        with before_a_run.container(width="stretch"):
            markdown("playground")
    if not run or run.status in ENDED:
        train_button_on_a_phone()
    config = RunConfig.parse(values)
    if not shown:
        with before_a_run:
            show_data(config)
    data_controls(config)
    if not hidden("pair"):
        pair_form(config)
    engine_notice()
except GanError as error:
    st.error(say(error), icon=":material/error:")
