"""Inside the networks: what each stage makes of a picture, and which pixels D looks at."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import streamlit as st
from pydantic import Field

from gan_core.figures.gradient_map import HEIGHT, gradient_map
from gan_core.runs.views import N_REAL
from gan_core.settings import Choices, Shown
from gan_core.text import N_, GanError
from pages.parts.asking import when_answered
from pages.parts.choose_run import Looking, chosen_run
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown, say
from pages.parts.steady_figure import steady_figure
from pages.parts.tiles import tiles

ASKING = N_("A worker is looking into the networks …")
PLAYERS = {"discriminator": N_("Discriminator"), "generator": N_("Generator")}
KINDS = {  # Keras' names of layers
    "Dense": N_("Fully connected"),
    "Conv2D": N_("Convolution"),
    "Conv2DTranspose": N_("Transposed convolution"),
}


class Inside(Looking):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "of": {"real": N_("a real one"), "generated": N_("a generated one")}
    }

    of: Annotated[str, Shown("buttons")] = Field("generated", title=N_("Picture"))
    row: Annotated[int, Field(ge=0, le=N_REAL - 1)] = Field(0, title=N_("Picture"))


def choose_picture() -> None:
    """Pictures of the kind that is set, one of them chosen."""

    def draw(pictures: Mapping[str, Any]) -> None:
        tiles(
            pictures,
            "pictures to look into",
            columns=N_REAL,
            size=64,
            shown=range(N_REAL),
            badges={values.row: "x"},
            choose=lambda place: settings.change(row=place),
        )

    asked = (
        chosen.question("real") if values.of == "real" else chosen.question("samples", tool="all")
    )
    when_answered([asked], draw, height=80, meanwhile=ASKING)


def draw_inside(seen: Mapping[str, Any]) -> None:
    """The slope of D's logit over the picture, then the stages of both networks."""
    st.subheader(_("What D looks at"), anchor=False)
    logit = seen["logit"]
    if logit is not None:
        said = f"${{C(x) = {logit:.3g}}}$"  # in braces, a formula stays on one line
        if seen["is_probability"]:
            said = _("{score}, that is {probability}").format(
                score=said, probability=f"${{D(x) = {seen['decision']:.3f}}}$"
            )
        markdown("inside_gradient", said=said)
    figure = gradient_map(seen["picture"], seen["gradient"], _)
    steady_figure(figure, key="gradient")
    for player, title in PLAYERS.items():
        st.subheader(_(title), anchor=False)
        if seen["weights"]:
            markdown(f"inside_weights_{player}")
        elif not seen[player]:
            st.caption(_("Nobody knows the noise of a real picture. Choose a generated one."))
        for number, stage in enumerate(seen[player]):
            draw_stage(stage, f"{player} {number}")


def draw_stage(stage: Mapping[str, Any], key: str) -> None:
    """The maps of one stage under what it is."""
    title, size = KINDS[stage["kind"]], stage["size"]
    if len(size) == 1:
        said = _("{kind}: the strongest {n} of {all} units")
    elif size[-1] == 1:
        said = _("{kind}: one map of {height}×{width}")
    else:
        said = _("{kind}: {n} of {all} maps of {height}×{width}")
    height, width = size[:2] if len(size) == 3 else (0, 0)
    st.markdown(
        f"**{said}**".format(kind=_(title), n=stage["n"], all=size[-1], height=height, width=width)
    )
    tiles(stage, key, columns=8, size=96)


settings = PageSettings(Inside)
markdown("inside_networks")
try:
    chosen = chosen_run().with_samples(settings)
    settings.field("of")
    values = settings.values
    choose_picture()
    when_answered(
        [chosen.question("inside", of=values.of, row=values.row)],
        draw_inside,
        height=2 * HEIGHT,
        meanwhile=ASKING,
    )
    markdown("inside_next")
except GanError as error:
    st.error(say(error), icon=":material/error:")
