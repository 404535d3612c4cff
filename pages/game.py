"""Does the game settle: the Dirac-GAN and the bilinear game as phase portraits."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, cast, get_args

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.config import RunConfig
from gan_core.figures.phase_portrait import (
    distance_curve,
    eigenvalue_plane,
    first_step_outside,
    phase_portrait,
    three_digits,
)
from gan_core.gallery import FAILURES
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_
from gan_core.theory.dirac_gan import CRITICAL_R1, METHODS, r1_eigenvalues
from gan_core.theory.dirac_table import (
    COLUMNS,
    N_STEPS,
    START,
    STEP,
    Cell,
    ComputedRow,
    computed_table,
)
from gan_core.theory.dynamics import (
    Kind,
    Point,
    Updates,
    flow_eigenvalues,
    trajectory,
    update_eigenvalues,
)
from gan_core.theory.games import Game, bilinear
from gan_core.theory.verdict import ON_CIRCLE, Verdict, verdict
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.question import predict
from pages.parts.steady_figure import steady_figure
from pages.parts.table import table

FARTHEST_START = 3.0
STRONGEST_R1 = 2.0
USUAL_MOMENTUM, NEGATIVE_MOMENTUM = 0.9, -0.5  # Adam's own β₁, and one that helps here
WITH_MOMENTUM = [kind for kind in get_args(Kind) if Updates(kind).movers]

Coordinate = Annotated[
    float,
    Field(ge=-FARTHEST_START, le=FARTHEST_START, allow_inf_nan=False),
    Shown(step=0.05),
]


class Portrait(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "game": {"dirac": N_("Dirac-GAN"), "bilinear": N_("Bilinear game")},
        "method": {name: make().title for name, make in METHODS.items()},
        "updates": {
            "simultaneous": N_("Simultaneous: both at once"),
            "alternating": N_("Alternating: G first, then D"),
            "extragradient": N_("Extragradient: look ahead first"),
            "optimistic": N_("Optimistic: twice this gradient minus the last"),
        },
    }

    game: str = Field(
        "dirac",
        title=N_("Game"),
        description=N_("The smallest GAN, or the plainest game of all: one product."),
    )
    method: str = Field(
        "minimax",
        title=N_("Method"),
        description=N_("What the two players minimise, penalties included."),
    )
    gamma: Annotated[float, Field(ge=0, le=STRONGEST_R1), Shown(step=0.05)] = Field(
        0.3,
        title=N_("Weight γ of R₁"),
        description=N_("D pays γ/2 · ψ²: it is to be flat at the data."),
    )
    penalty: Annotated[float, Field(ge=0, le=3), Shown(step=0.05)] = Field(
        0.7,
        title=N_("Weight λ of the penalty"),
        description=N_("D pays λ/2 · (|ψ| − g₀)²: its slope is to be g₀."),
    )
    target: Annotated[float, Field(ge=0, le=2), Shown(step=0.05)] = Field(
        1.0,
        title=N_("Slope g₀ that the penalty asks for"),
        description=N_("1 in WGAN-GP. With 0, the penalty is that of R₁."),
    )
    clip: Annotated[float, Field(ge=0.1, le=3), Shown(step=0.05)] = Field(
        1.0,
        title=N_("Clip c"),
        description=N_("After each step of D, ψ is cut back to between −c and c."),
    )
    weight: Annotated[float, Field(ge=0, le=5), Shown(step=0.05)] = Field(
        1.0,
        title=N_("Weight η of the consensus"),
        description=N_("Both players pay η/2 · ‖v‖²: both want the arrows short."),
    )
    updates: str = Field(
        "simultaneous",
        title=N_("Who moves when"),
        description=N_("The arrows are the same; only the way they are followed differs."),
    )
    d_steps: int = Field(
        1,
        ge=1,
        le=10,
        title=N_("D's steps per step of G"),
        description=N_("How often D moves before G moves again."),
    )
    momentum: Annotated[float, Field(ge=-0.95, le=0.95), Shown(step=0.05)] = Field(
        0.0,
        title=N_("Momentum β"),
        description=N_(
            "How much of its last movement each player keeps, as a heavy ball does; below 0, it "
            "goes back by a part of it."
        ),
    )
    step: Annotated[float, Field(ge=0.01, le=1), Shown(step=0.01)] = Field(
        STEP,
        title=N_("Step h"),
        description=N_("How far each player goes along its arrow: the learning rate."),
    )
    n_steps: int = Field(
        N_STEPS,
        ge=10,
        le=1000,
        title=N_("Number of steps"),
        description=N_("How long the game is played."),
    )
    theta: Coordinate = Field(
        START[0],
        title=N_("Start: θ (or x)"),
        description=N_("Where the generator starts. You may click in the picture instead."),
    )
    psi: Coordinate = Field(
        START[1],
        title=N_("Start: ψ (or y)"),
        description=N_("Where the discriminator starts. You may click in the picture instead."),
    )


def game_of(values: Portrait) -> Game:
    """The game that is set."""
    if values.game == "bilinear":
        return bilinear()
    method = values.method
    return method_with(method, **{name: getattr(values, name) for name in parameters_of(method)})


def method_with(method: str, **parameters: float) -> Game:
    """The Dirac-GAN trained by a method with these of its parameters."""
    make: Callable[..., Game] = METHODS[method]
    return make(**parameters)


def parameters_of(method: str) -> list[str]:
    """The fields that a method has."""
    return list(METHODS[method]().parameters)


def controls() -> Portrait:
    """Draw the widgets of what has an effect; return the values."""
    if settings.field("game") == "dirac":
        for name in parameters_of(settings.field("method")):
            settings.field(name)
    updates = settings.field("updates")
    if updates == "alternating":
        settings.field("d_steps")
    if updates in WITH_MOMENTUM:
        settings.field("momentum")
    for name in ("step", "n_steps", "theta", "psi"):
        settings.field(name)
    return settings.values


def updates_of(values: Portrait) -> Updates:
    """The updates that are set."""
    d_steps = values.d_steps if values.updates == "alternating" else 1
    momentum = values.momentum if values.updates in WITH_MOMENTUM else 0.0
    return Updates(cast(Kind, values.updates), values.step, d_steps, momentum)


def presets() -> None:
    """Draw the buttons of the pictures worth knowing."""
    far = float(math.hypot(*trajectory(bilinear(), START, N_STEPS, Updates(step=0.1))[-1]))
    with st.container(horizontal=True):
        settings.button(_("GAN circles out"))
        settings.button(_("R₁ comes to rest"), method="r1")
        settings.button(
            _("Bilinear game: {steps} steps, out to {radius}").format(
                steps=N_STEPS, radius=f"{far:.4f}"
            ),
            game="bilinear",
            step=0.1,
        )
        critical = _("Critical damping: γ = {gamma}").format(gamma=f"{CRITICAL_R1:g}")
        settings.button(critical, method="r1", gamma=CRITICAL_R1)
        settings.button(_("WGAN never stops"), method="wgan")
        settings.button(
            _("Momentum {momentum} undoes R₁").format(momentum=USUAL_MOMENTUM),
            method="r1",
            momentum=USUAL_MOMENTUM,
        )
        settings.button(
            _("Bilinear game: momentum {momentum} comes to rest").format(
                momentum=f"{NEGATIVE_MOMENTUM:g}".replace("-", "−")
            ),
            game="bilinear",
            updates="alternating",
            momentum=NEGATIVE_MOMENTUM,
        )


def take_start(theta: float, psi: float) -> None:
    """Start where the reader has clicked."""
    start = {"theta": round(theta, 2), "psi": round(psi, 2)}
    settings.set(**settings.values.model_dump() | start)


def opinion(judged: Verdict) -> None:
    """What becomes of the path, and why, in words."""
    text = f"**{judged.text.say(_)}** {where(judged.eigenvalues)}"
    if judged.converges:
        st.success(text, icon=":material/check_circle:")
    elif judged.key in ("spirals_out", "diverges"):
        st.warning(text, icon=":material/cyclone:")
    else:
        st.info(text, icon=":material/info:")


def where(eigenvalues: tuple[complex, ...] | None) -> str:
    """On which side of the unit circle the eigenvalues lie."""
    if eigenvalues is None:
        return _("Where the gradient jumps there is no Jacobian, and no eigenvalue.")
    sizes = [abs(value) for value in eigenvalues]
    outside = sum(size > 1 + ON_CIRCLE for size in sizes)
    inside = sum(size < 1 - ON_CIRCLE for size in sizes)
    if outside == len(sizes):
        text = _("All eigenvalues lie outside the unit circle; the largest size is {radius}.")
    elif inside == len(sizes):
        text = _("All eigenvalues lie inside the unit circle; the largest size is {radius}.")
    elif outside == inside == 0:
        text = _("All eigenvalues lie on the unit circle: their size is {radius}.")
    else:
        text = _(
            "Of {total} eigenvalues, {inside} lie inside the unit circle and {outside} outside; "
            "the largest size is {radius}."
        )
    return text.format(total=len(sizes), inside=inside, outside=outside, radius=f"{max(sizes):.4f}")


def critical_damping(game: Game) -> None:
    """For R1: the eigenvalues of infinitely small steps, and the γ at which they meet."""
    first, second = flow_eigenvalues(game)
    meet, also = r1_eigenvalues(CRITICAL_R1)
    text = _(
        "For infinitely small steps, the eigenvalues at γ = {gamma} are {first} and {second}. At "
        "γ = {critical} they meet: {meet} and {also}. Below that the path turns, from there on it "
        "does not. The dots are the eigenvalues for γ from 0 to {strongest}."
    )
    st.caption(
        text.format(
            gamma=f"{game.parameters['gamma']:g}",
            first=complex_number(first),
            second=complex_number(second),
            critical=f"{CRITICAL_R1:g}",
            meet=complex_number(meet),
            also=complex_number(also),
            strongest=f"{STRONGEST_R1:g}",
        )
    )


def complex_number(value: complex) -> str:
    """A complex number as a reader writes it: −0.150 + 0.477i."""
    real, imaginary = f"{value.real:.3f}", f"{abs(value.imag):.3f}"
    if float(imaginary):
        real += f" {'-' if value.imag < 0 else '+'} {imaginary}i"
    return real.replace("-", "−")


def eigenvalues_for_all_gammas(values: Portrait) -> np.ndarray:
    """Those of one step, for γ from 0 to `STRONGEST_R1`, in steps of 0.05 as the slider's."""
    updates = updates_of(values)
    games = [method_with(values.method, gamma=gamma) for gamma in np.linspace(0, STRONGEST_R1, 41)]
    return np.concatenate([update_eigenvalues(game, updates) for game in games])


@st.cache_resource(show_spinner=False)
def computed_rows() -> list[ComputedRow]:
    """The table, computed once for all readers."""
    return computed_table()


def show_rows(rows: list[ComputedRow]) -> None:
    """Draw the printed figures beside the computed ones, marked where they agree."""
    by_column = {
        "simultaneous": _("Simultaneous"),
        "alternating": _("Alternating"),
        "alternating_5": f"D×{COLUMNS['alternating_5'].d_steps}",
    }
    head = [_("Method"), _("Converges"), *(by_column[name] for name in COLUMNS)]
    table(
        head,
        [
            [
                row_title(row.published.game),
                _(row.published.converges),
                *map(beside_each_other, row.cells.values()),
            ]
            for row in rows
        ],
    )


def beside_each_other(cell: Cell) -> str:
    """The printed figure, then the computed one; a narrow column breaks between them alone."""
    mark = {True: f"{NBSP}✓", False: f"{NBSP}✗", None: ""}[cell.agrees]
    # A tilde would open a strike-through, and a line may end at a hyphen, but not at a minus.
    printed = (cell.printed or "–").replace("~", r"\~")
    return f"{printed}{NBSP}→ {three_digits(cell.norm)}{mark}".replace("-", "−")


NBSP = "\N{NARROW NO-BREAK SPACE}"
SIGNS = {"clip": "c", "penalty": "λ", "target": "g₀", "gamma": "γ", "weight": "η"}


def row_title(game: Game) -> str:
    """The game's title with its parameters."""
    parameters = [f"{SIGNS[name]} = {value:g}" for name, value in game.parameters.items()]
    if not parameters:
        return _(game.title)
    return _("{title}, {parameters}").format(
        title=_(game.title), parameters=_(", ").join(parameters)
    )


def published_table(values: Portrait) -> None:
    """The table, how many of its figures come out, and a button for each row."""
    rows = computed_rows()
    cells = [cell for row in rows for cell in row.cells.values() if cell.printed]
    markdown(
        "game_table",
        step=f"{STEP:g}",
        steps=str(N_STEPS),
        distance=f"{math.hypot(*START):.3f}",
        d_steps=str(COLUMNS["alternating_5"].d_steps),
        agreeing=str(sum(cell.agrees is True for cell in cells)),
        figures=str(len(cells)),
    )
    show_rows(rows)
    st.caption(_("Show a row in the picture above, with the players moving as is set now:"))
    with st.container(horizontal=True):
        kept = {name: getattr(values, name) for name in ("updates", "d_steps", "momentum")}
        for row in rows:
            game = row.published.game
            settings.button(row_title(game), method=game.name, **game.parameters, **kept)


def question() -> None:
    """Ask what the first picture of all answers."""
    game, updates = METHODS["minimax"](), COLUMNS["simultaneous"]
    path = trajectory(game, START, N_STEPS, updates)
    first, last = math.hypot(*path[0]), math.hypot(*path[-1])
    change = last / first - 1
    answer = "same" if abs(change) < 0.05 else "farther" if change > 0 else "nearer"
    predict(
        "game",
        _(
            "Step h = {step}, minimax, both players move at once. After {steps} steps, is the pair "
            "nearer to the equilibrium or farther?"
        ).format(step=f"{STEP:g}", steps=N_STEPS),
        {
            "nearer": _("Nearer: both players get better all the time."),
            "same": _("As far as before: it goes round in a circle."),
            "farther": _("Farther away."),
        },
        answer,
        _(
            "The distance was {first} and is {last}. The arrows go round in a circle; each step "
            "runs straight on along its arrow, and so a little outwards. {where}"
        ).format(
            first=three_digits(first),
            last=three_digits(last),
            where=where(verdict(game, path, updates).eigenvalues),
        ),
        {
            "nearer": _(
                "Each gets better against the other as that one stood a moment ago, and both move "
                "at once. Play the steps, and watch the distance."
            ),
            "same": _(
                "The arrows do go round. But a step has a length, and runs straight on along its "
                "arrow: does it end on the circle?"
            ),
        },
    )


PORTRAIT_WIDTH = 510  # pixels

settings = PageSettings(Portrait)
with st.sidebar:
    values = controls()
game, updates = game_of(values), updates_of(values)
start: Point = (values.theta, values.psi)
path = trajectory(game, start, values.n_steps, updates)
judged = verdict(game, path, updates)

markdown("game")
question()
presets()
side_by_side = st.container(horizontal=True)  # as columns, but one below the other where narrow
with side_by_side.container(width=PORTRAIT_WIDTH):
    st.latex(game.formula)
    portrait = phase_portrait(game, path, FARTHEST_START, _)
    steady_figure(portrait, key="portrait", choose=take_start)
    left_at = first_step_outside(path)
    if left_at is not None:
        st.caption(
            _("The path leaves the picture at step {step}; here the film ends.").format(
                step=left_at
            )
        )
with side_by_side.container(width="stretch"):
    opinion(judged)
    has_r1 = values.game == "dirac" and "gamma" in game.parameters
    locus = eigenvalues_for_all_gammas(values) if has_r1 else None
    found = None if judged.eigenvalues is None else np.array(judged.eigenvalues)
    steady_figure(eigenvalue_plane(found, locus, _), key="eigenvalues")
    if has_r1:
        critical_damping(game)
    steady_figure(distance_curve(path, _), key="distance")
markdown("game_words")
published_table(values)
markdown(
    "game_next",
    usual=f"{USUAL_MOMENTUM:g}",
    ours=f"{RunConfig().beta_1:g}",
    oscillation=_(FAILURES["oscillation"].title),
)
