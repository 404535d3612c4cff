"""Train: choose settings, press Train, watch generator and discriminator play."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from gan_core.config import RunConfig
from gan_core.families import Family
from gan_core.figures.loss_laboratory import loss_figure
from gan_core.losses import Loss
from gan_core.penalties import Penalty
from gan_core.runs.run import ENDED, Run
from gan_core.text import GanError
from pages.parts.bands import bands
from pages.parts.controls import config_controls, preset_control
from pages.parts.engine import engine_notice
from pages.parts.layers import layer_switches
from pages.parts.links import keep, to_share
from pages.parts.pictures import picture_controls
from pages.parts.prose import _, markdown, say
from pages.parts.run_panel import asked_run, beside, run_panels
from pages.parts.sharing import scan_button
from pages.parts.steady_figure import steady_figure
from pages.parts.store import store
from pages.parts.sweeping import sweep_form
from pages.parts.train_button import train_button, train_button_on_a_phone


def chosen(values: Mapping[str, Any]) -> RunConfig | None:
    """The settings on the left; where they are not allowed, say why."""
    try:
        return RunConfig.parse(values)
    except GanError as error:
        st.error(say(error), icon=":material/error:")
        return None


def show_game(config: RunConfig) -> None:
    """What each player minimises."""
    family, penalty = config.items.family, config.items.penalty
    show_loss(config.items.loss)
    show_besides(_("What both minimise in addition"), family, config.code_weight)
    show_besides(_("What D pays in addition"), penalty, config.penalty_weight)


def show_game_of(run: Run) -> None:
    """What each player of a run minimises now."""
    try:
        show_game(store().controls.config_now(run.id))
    except GanError as error:
        st.error(say(error))


def show_loss(loss: Loss) -> None:
    """The two formulas, and the curves drawn by the very functions that train."""
    st.markdown(_(loss.help))
    st.latex(loss.discriminator_formula)
    st.latex(loss.generator_formula)
    even = loss.equilibrium.logit if loss.equilibrium else 0.0
    figure = loss_figure([loss], even, even, "logit", _)
    steady_figure(figure, key="loss curve")
    if loss.equilibrium:
        st.caption(_("At the equilibrium, where D cannot tell real from fake:"))
        prices = {"L_D": loss.equilibrium.d_loss, "L_G": loss.equilibrium.g_loss}
        known = (f"{name} = {value:.4f}" for name, value in prices.items() if value is not None)
        st.latex(r", \quad ".join(known))
    st.caption(loss.reference)


def show_besides(title: str, what: Family | Penalty, weight: float) -> None:
    """What is paid besides the losses, if anything is."""
    if not what.formula:
        return
    st.subheader(title, anchor=False)
    st.markdown(_(what.help))
    st.latex(rf"{what.formula}, \quad \lambda = {weight:g}")
    st.caption(what.reference)


def show_run() -> Run | None:
    """The URL's run, or two beside each other; None without one, or where it says why not."""
    try:
        run = asked_run()
        if not run:
            return None
        shown = [run.id, *beside(run.id)]
        is_image = run.config.items.dataset.is_image
        run_panels(shown, layers=() if is_image else layer_switches())
        if len(shown) == 1:
            bands(run)
    except GanError as error:
        st.error(say(error))
        return None
    if run.status in ENDED:
        st.caption(_("Change a setting on the left and press Train to start another run."))
        train_button_on_a_phone()
    return run


keep("run", "beside")
with st.sidebar:
    preset_control()
    on_the_left = st.container()
above_the_run = st.container()
run = show_run()  # before the settings, which take the browser longer
with on_the_left:
    above_the_settings = st.container()
    values = config_controls()
    train_button(above_the_settings)
    scan_button(to_share())
try:
    with above_the_run:
        settings = chosen(values)
        if values["dataset"] == "pictures":
            picture_controls(values["pictures"], open_at_first=not run)
    if not run:
        markdown("train")
        train_button_on_a_phone()
    if settings:
        sweep_form(settings)
    engine_notice()
except GanError as error:
    st.error(say(error))
if run:
    # Below a run's figures, and drawn only when it is asked for: they are there sooner.
    game = st.expander(_("What the two players minimise"), key="game", on_change="rerun")
    if game.open:
        with game:
            show_game_of(run)
elif settings:
    st.subheader(_("What the two players minimise"), anchor=False)
    show_game(settings)
