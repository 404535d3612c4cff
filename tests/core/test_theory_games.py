"""Two-player games: fields, Jacobians, paths, eigenvalues, and the table of the Dirac-GAN."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from scipy import integrate

from gan_core.text import GanError, Text
from gan_core.theory import dirac_gan
from gan_core.theory.dirac_table import (
    COLUMNS,
    N_STEPS,
    NO,
    PUBLISHED,
    SLOWLY,
    START,
    STEP,
    YES,
    ComputedRow,
    agrees,
    computed_table,
)
from gan_core.theory.dynamics import (
    Kind,
    Updates,
    flow_eigenvalues,
    trajectory,
    update_eigenvalues,
    update_jacobian,
    vector_field,
)
from gan_core.theory.games import Game, bilinear
from gan_core.theory.verdict import Verdict, verdict

GAMES = [bilinear(), *(make() for make in dirac_gan.METHODS.values()), dirac_gan.r1(1.0)]
POINTS = [(1.0, 1.0), (-0.7, 0.4), (0.3, -1.9), (2.5, 1.1), (-1.2, -0.6)]
KINDS = [*(Updates(kind, 0.2) for kind in get_args(Kind)), Updates("alternating", 0.2, d_steps=3)]
HEAVY = [
    dataclasses.replace(updates, momentum=momentum)
    for updates in KINDS
    if updates.movers
    for momentum in (-0.5, 0.3, 0.9)
]
every_game = pytest.mark.parametrize("game", GAMES, ids=lambda each: each.name)
every_update = pytest.mark.parametrize(
    "updates", [*KINDS, *HEAVY], ids=lambda u: f"{u.kind}-{u.d_steps}-{u.momentum:g}"
)


def differences(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """The Jacobian by central differences."""
    eps = 1e-6
    columns = [(function(at + eps * e) - function(at - eps * e)) for e in np.eye(at.size)]
    return np.stack(columns, axis=1) / (2 * eps)


def run(game: Game, updates: Updates, start: Any = START, n: int = N_STEPS) -> np.ndarray:
    return trajectory(game, start, n, updates)


def norm(path: np.ndarray, at: int = -1) -> float:
    return math.hypot(*path[at])


def judged(game: Game, updates: Updates, start: Any = START, n: int = N_STEPS) -> Verdict:
    return verdict(game, run(game, updates, start, n), updates)


# Fields


def f(t: float) -> float:
    return -math.log1p(math.exp(-t))


@pytest.mark.parametrize("point", POINTS)
def test_fields_are_the_gradients_of_the_papers_losses(point: tuple[float, float]) -> None:
    def gradient(loss: Callable[[float, float], float], player: int) -> float:
        def of(at: np.ndarray) -> np.ndarray:
            return np.array([loss(at[0], at[1])])

        return float(differences(of, np.array(point))[0, player])

    def velocity_of_consensus(theta: float, psi: float) -> float:
        v = dirac_gan.minimax().velocity(theta, psi)
        return float(v[0] ** 2 + v[1] ** 2) / 2

    # (what the generator minimises, what the discriminator maximises)
    losses: dict[str, tuple[Callable[..., float], Callable[..., float]]] = {
        "minimax": (lambda a, b: f(a * b), lambda a, b: f(a * b)),
        "non_saturating": (lambda a, b: -f(-a * b), lambda a, b: f(a * b)),
        "wgan": (lambda a, b: a * b, lambda a, b: a * b),
        "wgan_gp": (lambda a, b: a * b, lambda a, b: a * b - 0.7 / 2 * (abs(b) - 1) ** 2),
        "r1": (lambda a, b: f(a * b), lambda a, b: f(a * b) - 0.3 / 2 * b**2),
        "non_saturating_r1": (
            lambda a, b: -f(-a * b),
            lambda a, b: f(a * b) - 0.3 / 2 * b**2,
        ),
        "consensus": (
            lambda a, b: f(a * b) + velocity_of_consensus(a, b),
            lambda a, b: f(a * b) - velocity_of_consensus(a, b),
        ),
    }
    assert losses.keys() == dirac_gan.METHODS.keys()
    for name, (g_loss, d_value) in losses.items():
        v = dirac_gan.METHODS[name]().velocity(*point)
        expected = -gradient(g_loss, 0), gradient(d_value, 1)
        np.testing.assert_allclose(v, expected, atol=1e-8, err_msg=name)


@every_game
def test_equilibrium_is_a_point_of_rest(game: Game) -> None:
    np.testing.assert_allclose(game.velocity(0.0, 0.0), (0, 0), atol=1e-15)
    for kind in KINDS:
        assert (run(game, kind, (0.0, 0.0), 10) == 0).all()


@every_game
def test_field_on_a_grid_is_the_field_at_each_point(game: Game) -> None:
    thetas, psis = np.array([-1.0, 0.5, 2.0]), np.array([-0.3, 1.7])
    v_theta, v_psi = vector_field(game, thetas, psis)
    assert v_theta.shape == v_psi.shape == (2, 3)
    for i, psi in enumerate(psis):
        for j, theta in enumerate(thetas):
            expected = game.velocity(theta, psi)
            np.testing.assert_allclose((v_theta[i, j], v_psi[i, j]), expected, atol=1e-15)


@every_game
def test_field_is_finite_far_out(game: Game) -> None:
    thetas = np.array([-1e3, -1.0, 1.0, 1e3])
    for component in vector_field(game, thetas, thetas):
        assert np.isfinite(component).all()


# Jacobians


@every_game
@pytest.mark.parametrize("point", POINTS)
def test_jacobian_agrees_with_differences(game: Game, point: tuple[float, float]) -> None:
    expected = differences(lambda at: np.array(game.velocity(at[0], at[1])), np.array(point))
    np.testing.assert_allclose(game.jacobian(*point), expected, atol=1e-7)


@every_game
@every_update
@pytest.mark.parametrize("point", POINTS)
def test_update_jacobian_agrees_with_differences(
    game: Game, updates: Updates, point: tuple[float, float]
) -> None:
    def one_step(at: np.ndarray) -> np.ndarray:
        return run(game, updates, tuple(at), 1)[1]

    jacobian = update_jacobian(game, updates, point)
    if updates.kind == "optimistic":
        # From rest both halves move together: the point and its predecessor are the same.
        jacobian = jacobian[:2, :2] + jacobian[:2, 2:]
    elif updates.momentum:
        jacobian = jacobian[:2, :2]  # a path begins at rest
    np.testing.assert_allclose(jacobian, differences(one_step, np.array(point)), atol=1e-7)


def test_optimistic_jacobian_carries_the_point_before() -> None:
    h, game = 0.1, bilinear()
    path = run(game, Updates("optimistic", h), (1.0, 0.5), 30)
    jacobian = update_jacobian(game, Updates("optimistic", h))
    state = np.concatenate([path[0], path[0]])
    for point in path[1:]:  # the game is linear: its Jacobian is the update itself
        state = jacobian @ state
        np.testing.assert_allclose(state[:2], point, atol=1e-14)


@pytest.mark.parametrize("momentum", [-0.9, -0.5, 0.1, 0.9])
@pytest.mark.parametrize("h", [0.05, 0.5])
def test_eigenvalues_with_momentum_are_the_roots_that_the_paper_gives(
    momentum: float, h: float
) -> None:
    twice = np.polymul([1, -1], [1, -momentum])  # (x − 1)(x − β), for each player
    products: dict[Kind, list[float]] = {"simultaneous": [1, 0, 0], "alternating": [1, 0, 0, 0]}
    for kind, product in products.items():
        roots = np.roots(np.polyadd(np.polymul(twice, twice), h**2 * np.array(product)))
        found = update_eigenvalues(bilinear(), Updates(kind, h, momentum=momentum))
        np.testing.assert_allclose(np.poly(found), np.poly(roots), atol=1e-12)


def test_negative_momentum_helps_the_bilinear_game_and_only_where_players_alternate() -> None:
    # Gidel et al. 2019, arXiv:1807.04740.
    def radius(kind: Kind, momentum: float, h: float) -> float:
        updates = Updates(kind, h, momentum=momentum)
        return float(abs(update_eigenvalues(bilinear(), updates)).max())

    for h in (0.05, 0.2, 0.5, 0.9):
        assert radius("alternating", 0, h) == pytest.approx(1)
        assert radius("alternating", -0.5, h) < 1 - 1e-4
        for momentum in (0.1, 0.5, 0.9):
            assert radius("alternating", momentum, h) > 1 + 1e-4
        for momentum in np.linspace(-0.95, 0.95, 39):
            assert radius("simultaneous", momentum, h) > 1


def test_clipping_leaves_the_movement_as_it_is() -> None:
    game, updates = dirac_gan.wgan(clip=0.3), Updates("simultaneous", 0.2, momentum=0.5)
    path = run(game, updates, (1.0, 0.2), 3)
    theta, psi, m_theta, m_psi = 1.0, 0.2, 0.0, 0.0
    for point in path[1:]:
        m_theta, m_psi = 0.5 * m_theta - 0.2 * psi, 0.5 * m_psi + 0.2 * theta
        theta, psi = theta + m_theta, min(psi + m_psi, 0.3)
        assert tuple(point) == pytest.approx((theta, psi))


def test_field_that_jumps_has_no_jacobian_there() -> None:
    game = dirac_gan.wgan_gp()
    with pytest.raises(GanError, match="wgan_gp has no Jacobian at ψ = 0"):
        game.jacobian(0.5, 0.0)
    with pytest.raises(GanError, match="no Jacobian"):
        update_eigenvalues(game, Updates())
    # A penalty towards 0 does not jump; it is R1 on the game with f(t) = t.
    smooth = dirac_gan.wgan_gp(penalty=0.7, target=0.0)
    assert smooth.jacobian(0.0, 0.0) == pytest.approx(np.array([[0, -1], [1, -0.7]]))


@pytest.mark.parametrize("gamma", [0.0, 0.3, 0.99, 1.0, 1.01, 2.5])
def test_r1_eigenvalues(gamma: float) -> None:
    expected = sorted(np.linalg.eigvals([[0, -0.5], [0.5, -gamma]]), key=lambda z: (z.real, z.imag))
    stated = sorted(dirac_gan.r1_eigenvalues(gamma), key=lambda z: (z.real, z.imag))
    np.testing.assert_allclose(stated, expected, atol=1e-7)
    computed = flow_eigenvalues(dirac_gan.r1(gamma))
    np.testing.assert_allclose(sorted(computed, key=lambda z: (z.real, z.imag)), stated, atol=1e-7)
    turns = any(z.imag for z in dirac_gan.r1_eigenvalues(gamma))
    assert turns == (gamma < dirac_gan.CRITICAL_R1)


def test_critical_gamma_is_the_fastest_flow() -> None:
    def rate(gamma: float) -> float:
        return max(z.real for z in dirac_gan.r1_eigenvalues(gamma))

    assert dirac_gan.CRITICAL_R1 == 1
    assert rate(1.0) == -0.5
    assert all(rate(gamma) > -0.5 for gamma in (0.2, 0.9, 1.1, 3.0))


# Paths


def test_bilinear_radius_grows_as_published() -> None:
    path = run(bilinear(), Updates("simultaneous", 0.1))
    assert path.shape == (501, 2)
    assert f"{norm(path):.4f}" == "17.0160"
    growth = np.hypot(*path[1:].T) / np.hypot(*path[:-1].T)
    np.testing.assert_allclose(growth, math.sqrt(1.01), rtol=1e-12)


@every_update
def test_bilinear_paths_agree_with_plain_loops(updates: Updates) -> None:
    h = updates.step
    x, y = before_x, before_y = 0.8, -0.3
    beta = updates.momentum
    for _ in range(40):
        if updates.kind == "simultaneous":
            next_x = x - h * y + beta * (x - before_x)
            next_y = y + h * x + beta * (y - before_y)
            before_x, before_y, x, y = x, y, next_x, next_y
        elif updates.kind == "alternating":
            before_x, x = x, x - h * y + beta * (x - before_x)
            for _ in range(updates.d_steps):
                before_y, y = y, y + h * x + beta * (y - before_y)
        elif updates.kind == "extragradient":
            ahead_x, ahead_y = x - h * y, y + h * x
            x, y = x - h * ahead_y, y + h * ahead_x
        else:
            next_x = x - 2 * h * y + h * before_y
            next_y = y + 2 * h * x - h * before_x
            before_x, before_y, x, y = x, y, next_x, next_y
    assert run(bilinear(), updates, (0.8, -0.3), 40)[-1] == pytest.approx((x, y))


@every_update
def test_eigenvalues_predict_the_bilinear_game(updates: Updates) -> None:
    radius = max(abs(update_eigenvalues(bilinear(), updates)))
    n, close = (2000, 1e-4) if radius < 1.1 else (400, 3e-3)  # or it leaves the floats' range
    path = run(bilinear(), updates, n=n)
    first, last = path[n // 2 - 100 : n // 2 + 1], path[n - 100 :]
    rate = (np.hypot(*last.T).max() / np.hypot(*first.T).max()) ** (2 / n)
    assert rate == pytest.approx(radius, abs=close)


def test_small_steps_follow_the_flow() -> None:
    game = dirac_gan.r1(0.3)
    flow = integrate.solve_ivp(
        lambda _, w: game.velocity(w[0], w[1]), (0, 5), START, rtol=1e-10, atol=1e-12
    ).y[:, -1]
    for kind in get_args(Kind):
        end = run(game, Updates(kind, 1e-3), n=5000)[-1]
        np.testing.assert_allclose(end, flow, atol=2e-3)


def test_minimax_flow_keeps_its_distance() -> None:
    thetas, psis = np.array([-2.0, 0.3, 1.0]), np.array([-1.0, 0.7])
    v_theta, v_psi = vector_field(dirac_gan.minimax(), thetas, psis)
    theta, psi = np.meshgrid(thetas, psis)
    np.testing.assert_allclose(theta * v_theta + psi * v_psi, 0, atol=1e-15)


def test_clipping_holds_psi_and_leaves_theta_alone() -> None:
    game = dirac_gan.wgan(clip=0.3)
    for updates in (*KINDS, *HEAVY):
        path = run(game, updates)
        assert np.abs(path[1:, 1]).max() == 0.3
        assert np.abs(path[1:, 0]).max() > 0.5
    assert path[0].tolist() == list(START)  # the start itself is not clipped


def test_non_saturating_steps_arrive_only_if_they_alternate() -> None:
    game = dirac_gan.non_saturating()
    for h in (0.05, 0.2):
        # −h r⁴/8 per step inwards against h² r²/4 outwards: in balance at r = √(2h).
        stalled = run(game, Updates("simultaneous", h), n=8000)
        assert norm(stalled) == pytest.approx(math.sqrt(2 * h), rel=0.03)
        # Only the first of the two is left: dr/dt = −r³/16.
        arriving = run(game, Updates("alternating", h), n=8000)
        assert norm(arriving) == pytest.approx(math.sqrt(8 / (h * 8000)), rel=0.05)


@every_game
@every_update
def test_path_from_far_out_neither_warns_nor_returns_infinity(game: Game, updates: Updates) -> None:
    for start in ((1e100, -1e100), (50.0, 80.0)):
        path = run(game, dataclasses.replace(updates, step=50.0), start, 300)
        assert path.shape == (301, 2)
        assert not np.isinf(path).any()
        gone = np.isnan(path).any(axis=1)
        assert (np.diff(gone.astype(int)) >= 0).all()  # once gone, gone for good


def test_divergent_path_ends_in_nan() -> None:
    path = run(bilinear(), Updates("simultaneous", 1e30), n=10)
    assert np.isfinite(path[:3]).all()
    assert np.isnan(path[-1]).all()


# Verdicts


@pytest.mark.parametrize(
    ("game", "updates", "key"),
    [
        (bilinear(), Updates("simultaneous", 0.1), "spirals_out"),
        (bilinear(), Updates("alternating", 0.1), "circles"),
        (bilinear(), Updates("extragradient", 0.1), "converges"),
        (bilinear(), Updates("optimistic", 0.1), "converges"),
        (bilinear(), Updates("simultaneous", 1e6), "diverges"),
        (bilinear(), Updates("alternating", 1e-4), "too_short"),
        (dirac_gan.minimax(), COLUMNS["simultaneous"], "spirals_out"),
        (dirac_gan.minimax(), COLUMNS["alternating"], "circles"),
        (dirac_gan.non_saturating(), COLUMNS["simultaneous"], "kept_away"),
        (dirac_gan.non_saturating(), COLUMNS["alternating"], "slowly"),
        (dirac_gan.non_saturating(), COLUMNS["alternating_5"], "slowly"),
        (dirac_gan.wgan(), COLUMNS["simultaneous"], "kept_away"),
        (dirac_gan.wgan(), COLUMNS["alternating"], "circles"),
        (dirac_gan.wgan_gp(), COLUMNS["simultaneous"], "jumps_around"),
        (dirac_gan.r1(0.3), COLUMNS["simultaneous"], "converges"),
        (dirac_gan.consensus(2.0), COLUMNS["simultaneous"], "only_nearby"),
    ],
)
def test_verdict(game: Game, updates: Updates, key: str) -> None:
    found = judged(game, updates)
    assert found.key == key
    assert found.converges == (key in ("converges", "slowly"))
    assert "{" not in found.text.say()
    assert Text.from_json(found.text.to_json()).say() == found.text.say()


def test_verdict_names_the_factor_per_step() -> None:
    found = judged(dirac_gan.r1(0.3), COLUMNS["simultaneous"])
    factor = abs(1 + 0.2 * dirac_gan.r1_eigenvalues(0.3)[0])
    assert found.radius == pytest.approx(factor)
    assert f"{factor:.4f}" in found.text.say()
    assert found.eigenvalues is not None
    assert judged(dirac_gan.wgan_gp(), COLUMNS["simultaneous"]).eigenvalues is None


@pytest.mark.parametrize(
    ("updates", "start"),
    [
        (Updates("optimistic", 1.0), (-3.0, 3.0)),  # to rest far from the equilibrium
        (Updates("optimistic", 0.5), (-1.0, -3.0)),  # round it for ever
    ],
)
@pytest.mark.parametrize("n", [100, 500, 1000, 5000])
def test_path_that_only_comes_in_from_far_out_does_not_converge(
    updates: Updates, start: tuple[float, float], n: int
) -> None:
    game = dirac_gan.minimax()
    assert judged(game, updates, start, n).key in ("only_nearby", "too_short")
    assert judged(game, updates, start, 5000).key == "only_nearby"
    assert judged(game, updates, (0.1, 0.1), 5000).key == "converges"


@every_game
def test_verdict_on_paths_without_a_story(game: Game) -> None:
    for updates in KINDS:
        assert judged(game, updates, (0.0, 0.0), 50).key == "rests"
        for n in (1, 2, 6):
            assert judged(game, updates, n=n).key == "too_short"
        for n in range(7, 12):
            assert judged(game, updates, n=n).key != "rests"


def test_path_that_still_falls_into_its_orbit_is_judged_later() -> None:
    game, updates = dirac_gan.wgan_gp(penalty=0.05), Updates("alternating", 0.2)
    assert judged(game, updates, (5.0, 5.0), 400).key == "too_short"
    assert judged(game, updates, (5.0, 5.0), 8000).key == "jumps_around"


def test_path_that_grows_towards_its_cycle_is_seen_to_grow_until_it_arrives() -> None:
    game, updates = dirac_gan.non_saturating(), COLUMNS["simultaneous"]
    assert judged(game, updates, (0.01, 0.0), 500).key == "spirals_out"
    assert judged(game, updates, (0.01, 0.0), 8000).key == "kept_away"


# The table


@pytest.fixture(scope="module")
def table() -> list[ComputedRow]:
    return computed_table()


def test_every_printed_figure_comes_out(table: list[ComputedRow]) -> None:
    cells = [(row.published.game.name, cell) for row in table for cell in row.cells.values()]
    assert len(cells) == 8 * 3
    assert [name for name, cell in cells if cell.agrees is False] == []
    assert [name for name, cell in cells if cell.agrees is None] == ["consensus"]


def test_printed_figures_are_those_of_the_source() -> None:
    assert (STEP, START, N_STEPS) == (0.2, (1.0, 1.0), 500)
    rows = [
        (r.game.name, dict(r.game.parameters), r.simultaneous, r.alternating, r.alternating_5)
        for r in PUBLISHED
    ]
    assert rows == [
        ("minimax", {}, "3.10", "1.42", "1.85"),
        ("non_saturating", {}, "0.640", "0.284", "0.139"),
        ("wgan", {"clip": 1.0}, "1.00", "1.02", "0.917"),
        ("wgan_gp", {"penalty": 0.7, "target": 1.0}, "1.80", "1.22", "0.716"),
        ("r1", {"gamma": 0.3}, "2.6e-6", "2.3e-7", "9e-34"),
        ("r1", {"gamma": 1.0}, "9.5e-22", "7.5e-17", "5.1e-12"),
        ("non_saturating_r1", {"gamma": 0.3}, "2.2e-6", "1.5e-7", "4e-34"),
        ("consensus", {"weight": 1.0}, "~2e-10", "~1e-11", None),
    ]


def test_verdicts_agree_with_the_published_ones(table: list[ComputedRow]) -> None:
    for row in table:
        keys = [cell.verdict.key for cell in row.cells.values() if cell.printed]
        if row.published.converges == YES:
            assert set(keys) == {"converges"}
        elif row.published.converges == SLOWLY:
            assert keys == ["kept_away", "slowly", "slowly"]
        else:
            assert row.published.converges == NO
            assert not {"converges", "slowly", "too_short"} & set(keys)


def test_table_agrees_with_plain_loops(table: list[ComputedRow]) -> None:
    def sigma(t: float) -> float:
        return 1 / (1 + math.exp(-t))

    def sign(t: float) -> float:
        return math.copysign(1, t) if t else 0.0

    def pull(own: float, other: float) -> float:
        """∂/∂own of ½ (own² + other²) σ(−t)² with t = own · other; dσ(−t)/dt = −σ(t) σ(−t)."""
        t = own * other
        return sigma(-t) ** 2 * (own - (own**2 + other**2) * other * sigma(t))

    # (θ̇, ψ̇, what happens to ψ after a step of the discriminator)
    def unclipped(psi: float) -> float:
        return psi

    Rule = tuple[Callable[..., float], Callable[..., float], Callable[[float], float]]
    rules: list[Rule] = [
        (lambda a, b: -b * sigma(-a * b), lambda a, b: a * sigma(-a * b), unclipped),
        (lambda a, b: -b * sigma(a * b), lambda a, b: a * sigma(-a * b), unclipped),
        (lambda a, b: -b, lambda a, b: a, lambda b: max(-1.0, min(1.0, b))),
        (lambda a, b: -b, lambda a, b: a - 0.7 * sign(b) * (abs(b) - 1), unclipped),
        (lambda a, b: -b * sigma(-a * b), lambda a, b: a * sigma(-a * b) - 0.3 * b, unclipped),
        (lambda a, b: -b * sigma(-a * b), lambda a, b: a * sigma(-a * b) - b, unclipped),
        (lambda a, b: -b * sigma(a * b), lambda a, b: a * sigma(-a * b) - 0.3 * b, unclipped),
        (
            lambda a, b: -b * sigma(-a * b) - pull(a, b),
            lambda a, b: a * sigma(-a * b) - pull(b, a),
            unclipped,
        ),
    ]
    for row, (g, d, clip) in zip(table, rules, strict=True):
        theta = psi = 1.0
        for _ in range(500):
            theta, psi = theta + 0.2 * g(theta, psi), clip(psi + 0.2 * d(theta, psi))
        ends = [math.hypot(theta, psi)]
        for d_steps in (1, 5):
            theta = psi = 1.0
            for _ in range(500):
                theta += 0.2 * g(theta, psi)
                for _ in range(d_steps):
                    psi = clip(psi + 0.2 * d(theta, psi))
            ends.append(math.hypot(theta, psi))
        computed = [cell.norm for cell in row.cells.values()]
        assert computed == pytest.approx(ends, rel=1e-6), row.published.game.name


def test_agreement_is_judged_by_the_digits_printed() -> None:
    assert agrees("5.1e-12", 5.1435e-12)
    assert not agrees("5.1e-12", 5.16e-12)
    assert agrees("3.10", 3.0969)
    assert not agrees("3.10", 3.106)
    assert agrees("0.640", 0.6402)
    assert not agrees("0.640", 0.6394)
    assert agrees("9e-34", 9.25e-34)
    assert agrees("~2e-10", 2.6e-10)
    assert not agrees("~2e-10", 4.1e-10)


# Bad input


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Updates(step=0.0), "step is 0.0"),
        (lambda: Updates(step=math.nan), "step is nan"),
        (lambda: Updates("alternating", d_steps=0), "d_steps is 0"),
        (lambda: Updates("alternating", d_steps=1.5), "d_steps is 1.5"),  # type: ignore[arg-type]
        (lambda: Updates("alternating", d_steps=math.nan), "d_steps"),  # type: ignore[arg-type]
        (lambda: Updates("simultaneous", d_steps=5), "d_steps is 5, but with simultaneous"),
        (lambda: Updates(momentum=1.0), "momentum is 1.0; it must be between"),
        (lambda: Updates(momentum=math.nan), "momentum is nan"),
        (lambda: Updates("optimistic", momentum=0.5), "momentum is 0.5, but with optimistic"),
        (lambda: Updates("adam"), "no updates called 'adam'"),  # type: ignore[arg-type]
        (lambda: run(bilinear(), Updates(), (math.nan, 1.0)), r"start is \(nan, 1.0\)"),
        (lambda: run(bilinear(), Updates(), (1.0, -math.inf)), "start is"),
        (lambda: run(bilinear(), Updates(), n=-1), "n_steps is -1"),
        (lambda: dirac_gan.r1(-0.1), "gamma is -0.1"),
        (lambda: dirac_gan.non_saturating_r1(math.inf), "gamma is inf"),
        (lambda: dirac_gan.r1_eigenvalues(-1.0), "gamma is -1.0"),
        (lambda: dirac_gan.wgan(clip=0.0), "clip is 0.0"),
        (lambda: dirac_gan.wgan_gp(penalty=-1.0), "penalty is -1.0"),
        (lambda: dirac_gan.wgan_gp(target=math.nan), "target is nan"),
        (lambda: dirac_gan.consensus(weight=-2.0), "weight is -2.0"),
    ],
)
def test_impossible_numbers_are_refused(make: Callable[[], Any], complaint: str) -> None:
    with pytest.raises(GanError, match=complaint):
        make()
