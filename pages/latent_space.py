"""Latent space: what the noise of a trained generator means, and how to move through it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.figures.latent import HEIGHT, WAYS, norm_figure, search_figure
from gan_core.runs.answers import Question
from gan_core.runs.views import (
    N_REAL,
    N_SAMPLES,
    REACH,
    code_reach,
    n_directions,
    noise,
    walk,
)
from gan_core.settings import Choices, Shown
from gan_core.text import N_, GanError, fixed
from gan_core.theory.latent import outside_the_cube, shell
from pages.parts import links
from pages.parts.asking import when_answered
from pages.parts.choose_run import Looking, chosen_run
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown, say
from pages.parts.steady_figure import steady_figure
from pages.parts.tiles import tiles

LETTERS = ("a", "b", "c")
ASKING = N_("A worker is asking the generator …")
SEARCHING = N_("A worker is searching …")

Place = Annotated[int, Field(ge=0, le=N_SAMPLES - 1)]
Deviations = Annotated[float, Field(ge=-3.0, le=3.0), Shown(step=0.5, unit="σ")]


class LatentSpace(Looking):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "tool": {
            "vary": N_("Vary A"),
            "directions": N_("Directions"),
            "code": N_("The code"),
            "walk": N_("From A to B"),
            "sum": "A − B + C",
            "search": N_("Find the noise"),
        },
        "letter": {letter: letter.upper() for letter in LETTERS},
        "of": {"real": N_("a real picture"), "generated": N_("sample A, as a check")},
    }

    tool: Annotated[str, Shown("buttons")] = Field("vary", title=N_("What to do"))
    letter: Annotated[str, Shown("buttons")] = Field("a", title=N_("A click chooses"))
    a: Place = Field(0, title="A")
    b: Place = Field(1, title="B")
    c: Place = Field(2, title="C")
    direction_1: Deviations = Field(0.0, title=N_("Direction 1"))
    direction_2: Deviations = Field(0.0, title=N_("Direction 2"))
    direction_3: Deviations = Field(0.0, title=N_("Direction 3"))
    direction_4: Deviations = Field(0.0, title=N_("Direction 4"))
    direction_5: Deviations = Field(0.0, title=N_("Direction 5"))
    radius: Annotated[float, Shown(step=0.05)] = Field(
        0.4,
        ge=0.0,
        le=1.0,
        title=N_("Radius"),
        description=N_("0: A itself. 1: fresh noise, which has nothing of A."),
    )
    of: Annotated[str, Shown("buttons")] = Field("real", title=N_("Find the noise of"))
    row: Annotated[int, Field(ge=0, le=N_REAL - 1)] = Field(0, title=N_("Real picture"))


def show(
    asked: Question, draw: Callable[[Any], None], *, height: int, meanwhile: str = ASKING
) -> None:
    """Draw an answer when it is there, and keep as many pixels free meanwhile."""
    when_answered([asked], draw, height=height, meanwhile=meanwhile)


def show_samples() -> None:
    """All samples of the seed; a click makes one of them A, B or C."""
    badges: dict[int, str] = {}
    for letter in LETTERS:
        place = getattr(values, letter)
        badges[place] = badges.get(place, "") + letter.upper()

    def draw(pictures: Mapping[str, Any]) -> None:
        tiles(
            pictures,
            "samples",
            columns=6,
            size=76,
            badges=badges,
            choose=lambda place: settings.change(**{values.letter: place}),
        )

    settings.field("letter")
    show(chosen.question("samples", tool="all"), draw, height=290)
    st.caption(_("Each picture is G(z) for a z of its own. Click one, or press Tab and Enter."))


def say_of_the_cube(share: float, what: str) -> None:
    """Of uniform noise: how much of `what` lies where G has never been trained."""
    if chosen.run.config.noise == "uniform":
        st.caption(
            _(
                "This generator was trained with uniform noise, from −1 to 1. {what}: {share} of "
                "the numbers lie beyond, where G has never been."
            ).format(what=what, share=f"{share:.0%}")
        )


def show_neighbours() -> None:
    """Small variations of A."""
    markdown("latent_vary")
    settings.field("radius")

    def draw(pictures: Mapping[str, Any]) -> None:
        tiles(pictures, "neighbours", columns=8)
        say_of_the_cube(pictures["outside"], _("Among the neighbours"))

    asked = chosen.question("samples", tool="neighbours", a=values.a, radius=values.radius)
    show(asked, draw, height=230)


def show_directions() -> None:
    """A moved along the principal directions: each alone, and all at once."""
    markdown("latent_directions", n=str(n_directions(chosen.run.config)))

    def draw(strips: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        for number, share in enumerate(found["shares"]):
            st.markdown(
                _("**Direction {n}**: {share} of the variance of G's first layer").format(
                    n=number + 1, share=f"{share:.1%}"
                )
            )
            first = number * len(REACH)
            tiles(
                strips,
                f"direction {number}",
                columns=len(REACH),
                shown=range(first, first + len(REACH)),
                below=[f"{reach:+.0f} σ".replace("-", "−") if reach else "A" for reach in REACH],
            )
        say_of_the_cube(strips["outside"], _("Along the directions"))

    by = move_sliders()
    show(
        chosen.question("samples", tool="moved", a=values.a, by=by),
        lambda pair: tiles(
            pair, "moved", columns=2, size=128, below=["A", _("A, moved by the sliders")]
        ),
        height=160,
    )
    when_answered(
        [chosen.question("samples", tool="along", a=values.a), chosen.question("directions")],
        draw,
        height=620,
        meanwhile=ASKING,
    )


def move_sliders() -> list[float]:
    """How far to go along each direction, in standard deviations."""
    return [
        settings.field(f"direction_{number}", column)
        for number, column in enumerate(st.columns(n_directions(chosen.run.config)), start=1)
    ]


def show_code() -> None:
    """A with each kind and along each number that D has to read, and what D reads."""
    markdown("latent_code")
    if not chosen.run.config.n_read:
        st.info(_("The D of this run reads no code. Train an InfoGAN, and choose its run here."))
        links.link("train", _("Train an InfoGAN"), "play_circle", preset="digits_infogan")
        return
    show(chosen.question("code", a=values.a), draw_code, height=640)


def draw_code(found: Mapping[str, Any]) -> None:
    """The kinds in a row, a row for each number, and real pictures as D sorts them."""
    told, read = chosen.about["label"], found["read"]
    if found["kinds"]:
        sure = _("D reads kind {kind} off A, and is {sure} sure; G was told {told}.")
        sure = sure.format(kind=read["kind"], sure=f"{read['sure']:.0%}", told=told)
        st.markdown(_("**A as each kind**") + "  \n" + sure)
        tiles(
            found["kinds"],
            "kinds",
            columns=found["kinds"]["n"],
            below=[str(kind) for kind in range(found["kinds"]["n"])],
            badges={told: "A"},
            choose=lambda kind: settings.change(label=kind),
        )
    reach = code_reach(chosen.run.config)
    for number, (told_number, read_number) in enumerate(
        zip(found["told"], read["numbers"], strict=True)
    ):
        st.markdown(
            _("**Number {n}**: in A it is {told}, and D reads {read}").format(
                n=number + 1, told=shown_number(told_number, 1), read=shown_number(read_number, 1)
            )
        )
        first = number * len(reach)
        tiles(
            found["numbers"],
            f"number {number}",
            columns=len(reach),
            shown=range(first, first + len(reach)),
            below=[fixed(value, 1) for value in reach],
        )
    if found["kinds"]:
        st.markdown(_("**Real pictures, by the kind that D reads off them**: it was told of none."))
        kinds = [str(kind) for kind in found["real"]["kind"]]
        tiles(found["real"], "read", columns=12, size=48, below=kinds)


def show_walk() -> None:
    """Two ways from A to B, and how long z is on each."""
    config = chosen.run.config
    z = noise(config, values.seed)
    ways = walk(z[values.a], z[values.b])
    norms = {name: np.linalg.norm(way, axis=1) for name, way in ways.items()}
    low, middle, high = shell(config.latent_dim, config.noise)
    markdown("latent_walk", middle=f"{middle:.1f}", low=f"{low:.1f}", high=f"{high:.1f}")

    def draw(pictures: Mapping[str, Any]) -> None:
        n = len(norms["lerp"])
        for number, (name, lengths) in enumerate(norms.items()):
            st.markdown(f"**{_(WAYS[name])}**")
            tiles(
                pictures,
                name,
                columns=n,
                shown=range(number * n, (number + 1) * n),
                below=[f"{length:.1f}" for length in lengths],
            )
        st.caption(_("Below each picture: ‖z‖."))

    show(chosen.question("samples", tool="walks", a=values.a, b=values.b), draw, height=250)
    say_of_the_cube(outside_the_cube(ways["slerp"]), _("On the arc"))
    figure = norm_figure(ways, (low, middle, high), _)
    steady_figure(figure, key="norms")


def show_sum() -> None:
    """Arithmetic with noise."""
    markdown("latent_sum")
    z = noise(chosen.run.config, values.seed)
    found = z[values.a] - z[values.b] + z[values.c]
    length = np.linalg.norm(found)
    low, _middle, high = shell(chosen.run.config.latent_dim, chosen.run.config.noise)
    show(
        chosen.question(
            "samples", tool="sum", **{letter: getattr(values, letter) for letter in LETTERS}
        ),
        lambda pictures: tiles(
            pictures, "sum", columns=4, size=128, below=["A", "− B", "+ C", "= A − B + C"]
        ),
        height=180,
    )
    st.caption(
        _(
            "Here ‖z‖ = {length}; noise itself has {low} to {high}. The sum of three lies farther "
            "out, by a factor of about √3 where they are independent."
        ).format(length=f"{length:.1f}", low=f"{low:.1f}", high=f"{high:.1f}")
    )
    say_of_the_cube(outside_the_cube(found), _("In the sum"))


def show_search() -> None:
    """The noise of a given picture, found by gradient descent."""
    markdown("latent_search")
    settings.field("of")
    if values.of == "real":
        show(
            chosen.question("real"),
            lambda pictures: tiles(
                pictures,
                "real",
                columns=N_REAL,
                size=56,
                badges={values.row: "x"},
                choose=lambda place: settings.change(row=place),
            ),
            height=70,
        )
    row = values.row if values.of == "real" else values.a
    asked = chosen.question("search", of=values.of, row=row)
    show(asked, draw_search, height=240 + HEIGHT, meanwhile=SEARCHING)


def draw_search(found: Mapping[str, Any]) -> None:
    """The picture, what each start has come to, and what to make of it."""
    errors = [shown_number(error, 3) for error in found["errors"]]
    tiles(found, "found", columns=len(errors) + 1, size=72, below=["x", *errors])
    config = chosen.run.config
    low, _middle, high = shell(config.latent_dim, config.noise)
    st.markdown(
        _(
            "Left the picture x; then what G makes of the z that each start has found, the best "
            "first, with the mean squared error of its pixels, from 0 to 4. The best z has the "
            "length {norm}; noise has {low} to {high}."
        ).format(norm=shown_number(found["norm"], 1), low=f"{low:.1f}", high=f"{high:.1f}")
    )
    if found["off"] is not None:
        st.markdown(
            _(
                "Here a z is known, and the best one lies {off} of its length away from it. Far "
                "away with a small error: another z for nearly the same picture. If the error "
                "stays large even here, the descent is to blame, not G."
            ).format(off=f"{found['off']:.1%}")
        )
    figure = search_figure(found["path"], _)
    steady_figure(figure, key="search")


def shown_number(value: float | None, digits: int) -> str:
    """A number, or a dash where a search has left all numbers behind."""
    return "–" if value is None else fixed(value, digits)


SHOW = {
    "vary": show_neighbours,
    "directions": show_directions,
    "code": show_code,
    "walk": show_walk,
    "sum": show_sum,
    "search": show_search,
}

settings = PageSettings(LatentSpace)
markdown("latent_space")
try:
    chosen = chosen_run().with_samples(settings)
    beside_each_other = st.container(horizontal=True, gap="medium")  # on a narrow screen, below
    left, right = beside_each_other.container(width=360), beside_each_other.container()
    with right:
        settings.field("tool")
    values = settings.values
    with left:
        show_samples()
    with right:
        SHOW[values.tool]()
    markdown("latent_next")
except GanError as error:
    st.error(say(error), icon=":material/error:")
