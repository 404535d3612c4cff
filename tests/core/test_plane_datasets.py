"""Data in the plane: samples, densities and modes that agree, and drawings, words and CSV files."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import chi2

from gan_core.datasets import DATASETS, Dataset, Modes
from gan_core.datasets.drawing import DEFAULT, EDGE, MAX_POINTS, decode, encode, from_csv
from gan_core.text import GanError

PLANES = [dataset for dataset in DATASETS if not dataset.is_image]
WITH_MODES = ["ring", "two_gaussians", "blobs", "grid"]
WITH_GROUPS = [*WITH_MODES, "moons", "spiral", "checkerboard"]

every_plane = pytest.mark.parametrize("dataset", PLANES, ids=lambda dataset: dataset.name)
every_plane_with_modes = pytest.mark.parametrize("name", WITH_MODES)
every_plane_with_groups = pytest.mark.parametrize("name", WITH_GROUPS)


def changed(dataset: Dataset | str, **options: object) -> Dataset:
    if isinstance(dataset, str):
        dataset = DATASETS.get(dataset)
    assert dataset.configure
    return dataset.configure(**options)


def density(dataset: Dataset, points: np.ndarray) -> np.ndarray:
    assert dataset.density
    return dataset.density(points)


def modes(dataset: Dataset) -> Modes:
    assert dataset.modes
    return dataset.modes


def lattice(half: float, spacing: float) -> tuple[np.ndarray, float]:
    """Middles (n, n, 2) of squares that tile [−half, half]², and the area of each."""
    edges = np.linspace(-half, half, round(2 * half / spacing) + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    grid = np.stack(np.meshgrid(middles, middles, indexing="ij"), axis=-1)
    return grid, float((edges[1] - edges[0]) ** 2)


# --------------------------------------------------------------------------- every plane


def test_planes_come_in_the_order_of_their_difficulty() -> None:
    assert [dataset.name for dataset in PLANES] == [
        "ring",
        "two_gaussians",
        "blobs",
        "line",
        "grid",
        "moons",
        "swiss_roll",
        "spiral",
        "checkerboard",
        "text",
        "drawing",
    ]


@every_plane
def test_density_integrates_to_one(dataset: Dataset) -> None:
    points, area = lattice(dataset.extent + 0.5, 0.05)
    noisy = changed(dataset, data_noise=0.1)
    assert density(noisy, points).sum() * area == pytest.approx(1, abs=1e-4)


@every_plane
def test_samples_follow_the_density(dataset: Dataset) -> None:
    options = {"balance": 0.8} if "balance" in dataset.options else {}
    noisy = changed(dataset, data_noise=0.15, **options)
    n, half, fine = 50_000, dataset.extent + 0.5, 5
    points, area = lattice(half, 0.2 / fine)
    bins = len(points) // fine
    points = points[: bins * fine, : bins * fine]
    edge = -half + bins * fine * np.sqrt(area)
    expected = n * area * density(noisy, points).reshape(bins, fine, bins, fine).sum(axis=(1, 3))
    x, y = noisy.load(n, seed=5).T
    observed = np.histogram2d(x, y, bins=bins, range=[[-half, edge]] * 2)[0]
    usual = expected > 5
    assert expected[usual].sum() > 0.9 * n
    statistic = (np.square(observed - expected)[usual] / expected[usual]).sum()
    assert chi2.sf(statistic, usual.sum()) > 1e-4


@every_plane
def test_density_of_points_keeps_their_shape(dataset: Dataset) -> None:
    points = dataset.load(12, seed=1)
    one_by_one = [density(dataset, point) for point in points]
    np.testing.assert_allclose(
        density(dataset, points.reshape(3, 4, 2)), np.reshape(one_by_one, (3, 4))
    )


@every_plane
def test_seed_decides_which_points_are_drawn(dataset: Dataset) -> None:
    first, again, other = (dataset.load(50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=1).all()


@every_plane
def test_points_are_finite_and_fill_the_figure(dataset: Dataset) -> None:
    points = dataset.load()
    assert points.shape == (20_000, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    assert 0.5 * dataset.extent < np.abs(points).max() < dataset.extent


@every_plane
def test_defaults_change_nothing(dataset: Dataset) -> None:
    @dataclass
    class Settings:
        data_noise: float = 0.0
        balance: float = 0.5
        text: str = "GAN"
        points: str = DEFAULT

    configured = dataset.configured(Settings())
    assert configured is not dataset
    np.testing.assert_array_equal(configured.load(99, seed=3), dataset.load(99, seed=3))
    for part in ("name", "title", "help", "shape", "extent", "options", "order"):
        assert getattr(configured, part) == getattr(dataset, part)
    noisy = dataset.configured(Settings(data_noise=0.4))
    assert (noisy.load(99, seed=3) != dataset.load(99, seed=3)).any()


def test_datasets_without_options_stay_as_they_are() -> None:
    digits = DATASETS.get("digits")
    assert digits.configured(object()) is digits


@every_plane
def test_noise_and_balance_are_options_where_they_have_an_effect(dataset: Dataset) -> None:
    assert "data_noise" in dataset.options
    assert ("balance" in dataset.options) == (dataset.name in WITH_GROUPS)
    assert (dataset.modes is not None) == (dataset.name in WITH_MODES)


# ------------------------------------------------------------------------ modes and groups


@pytest.mark.parametrize("noise", [0.0, 0.1])
@every_plane_with_modes
def test_modes_are_peaks_of_the_density(name: str, noise: float) -> None:
    dataset = changed(name, data_noise=noise)
    peaks = modes(dataset).centers
    for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        aside = modes(dataset).std / 2 * np.array([np.cos(angle), np.sin(angle)])
        assert (density(dataset, peaks) > density(dataset, peaks + aside)).all()


@every_plane_with_modes
def test_noise_widens_the_modes(name: str) -> None:
    dataset = DATASETS.get(name)
    noisy = changed(name, data_noise=0.07)
    assert modes(noisy).std == pytest.approx(np.sqrt(modes(dataset).std ** 2 + 0.07**2))
    points = noisy.load(40_000, seed=2)
    nearest = np.linalg.norm(points[:, np.newaxis] - modes(noisy).centers, axis=-1).argmin(axis=1)
    around = points - modes(noisy).centers[nearest]
    np.testing.assert_allclose(around.std(axis=0), modes(noisy).std, rtol=0.02)


def group(name: str, points: np.ndarray) -> np.ndarray:
    """Position of the group of each point: 0 in the first half, 1 in the second, ½ in neither."""
    x, y = points.T
    if name == "moons":
        angles = np.linspace(0, np.pi, 300)
        upper = 0.8 * np.stack([np.cos(angles), np.sin(angles)], axis=1) - [0.4, 0.2]
        away = [
            np.linalg.norm(points[:, np.newaxis] - moon, axis=-1).min(axis=1)
            for moon in (upper, -upper)
        ]
        return np.array(away).argmin(axis=0)
    if name == "spiral":
        turns = np.hypot(x, y) / 1.2 * 3 / 2 - np.arctan2(y, x) / (2 * np.pi)
        return np.rint(2 * turns) % 2
    if name == "checkerboard":
        return x > 0
    centers = modes(DATASETS.get(name)).centers
    nearest = np.linalg.norm(points[:, np.newaxis] - centers, axis=-1).argmin(axis=1)
    return (1 + np.sign(nearest - (len(centers) - 1) / 2)) / 2


@every_plane_with_groups
def test_balance_is_the_share_of_the_first_half(name: str) -> None:
    for share, dataset in [(0.9, changed(name, balance=0.9)), (0.5, DATASETS.get(name))]:
        groups = group(name, dataset.load(10_000, seed=4))
        odd = {"blobs": 3, "grid": 25}.get(name)  # their middle belongs to neither half
        outside = 1 - 1 / odd if odd else 1
        assert (groups == 0).mean() == pytest.approx(share * outside, abs=0.02)
        assert (groups == 1).mean() == pytest.approx((1 - share) * outside, abs=0.02)


# ------------------------------------------------------------------------ the sets one by one


def test_ring_has_eight_different_modes_45_degrees_apart() -> None:
    x, y = modes(DATASETS.get("ring")).centers.T
    np.testing.assert_allclose(np.hypot(x, y), 1)
    degrees = np.sort(np.degrees(np.arctan2(y, x)).round(6) % 360)
    np.testing.assert_allclose(degrees, np.arange(0, 360, 45))  # linspace with the end: only seven


def test_ring_draws_as_it_always_has() -> None:
    for seed in (0, 7):
        rng = np.random.default_rng(seed)
        angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        centers = 1.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        points = centers[rng.integers(8, size=999)] + rng.normal(0, 0.01, size=(999, 2))
        np.testing.assert_array_equal(
            DATASETS.get("ring").load(999, seed=seed), points.astype(np.float32)
        )


def test_density_of_the_ring_at_its_peak() -> None:
    peak = 1 / (8 * 2 * np.pi * 0.01**2)
    assert density(DATASETS.get("ring"), np.array([1.0, 0.0])) == pytest.approx(peak)


def test_grid_is_that_of_the_paper() -> None:
    """PacGAN, arXiv:1712.04086: 25 Gaussians at (−4 + 2i, −4 + 2j), σ = 0.05."""
    grid = DATASETS.get("grid")
    expected = {(-4.0 + 2 * i, -4.0 + 2 * j) for i in range(5) for j in range(5)}
    assert {(x, y) for x, y in modes(grid).centers.tolist()} == expected
    assert modes(grid).std == 0.05
    assert grid.extent == 5.5


def test_checkerboard_is_flat_on_black_and_empty_on_white() -> None:
    board = DATASETS.get("checkerboard")
    for column in range(4):
        for row in range(4):
            middle = np.array([column, row]) * 0.5 - 0.75
            values = density(board, middle + lattice(0.18, 0.01)[0])
            if (column + row) % 2:
                assert values.max() < 0.01
            else:
                np.testing.assert_allclose(values, 1 / (8 * 0.25), rtol=0.1)


# -------------------------------------------------------------------------------- the word


def test_word_is_written_from_left_to_right_and_upright() -> None:
    points = changed("text", text="L").load(5000)
    left_half, lower_half = (points < 0).T
    assert left_half.mean() > 0.6
    assert lower_half.mean() > 0.55


def test_different_words_have_different_ink() -> None:
    np.testing.assert_array_equal(changed("text", text="GAN").load(9), DATASETS.get("text").load(9))
    assert (changed("text", text="NAG").load(9) != DATASETS.get("text").load(9)).any()


@pytest.mark.parametrize("word", [".", "I", "||||||||||||", "WWWWWWWWWWWW", " a b ", "@", "{}~"])
def test_every_word_fits_the_figure(word: str) -> None:
    points = changed("text", text=word).load(5000)
    assert 1.1 < np.abs(points).max() < 1.7


@pytest.mark.parametrize("text", ["", " ", " " * 12, "\u3000", "\t\n", "abcdefghijklm"])
def test_words_without_ink_or_too_long_are_refused(text: str) -> None:
    with pytest.raises(GanError, match="1 to 12 characters that are not all spaces"):
        changed("text", text=text)


@pytest.mark.parametrize("bad", ["对", "\n", "\x07", "\u200b", "🙂", "\uffff", "\ud800", "\ue000"])
def test_characters_without_a_glyph_are_named(bad: str) -> None:
    with pytest.raises(GanError, match="cannot be drawn") as raised:
        changed("text", text=f"GAN{bad}")
    assert repr(bad) in str(raised.value)


# ------------------------------------------------------------------------------ the drawing


@pytest.mark.parametrize("n", [1, 2, 59, MAX_POINTS])
def test_drawing_survives_the_way_through_a_link(n: int) -> None:
    points = np.random.default_rng(n).uniform(-EDGE, EDGE, (n, 2))
    text = encode(points)
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")
    assert len(text) == -(-n * 8 // 3)
    np.testing.assert_allclose(decode(text), points, atol=EDGE / 255 * 1.001)
    assert encode(decode(text)) == text


def test_points_beyond_the_edge_and_beyond_the_number_are_kept_out() -> None:
    np.testing.assert_allclose(decode(encode(np.array([[9.0, -9.0]]))), [[EDGE, -EDGE]])
    many = np.linspace([-1, -1], [1, 1], 10 * MAX_POINTS)
    few = decode(encode(many))
    assert len(few) == MAX_POINTS
    np.testing.assert_allclose(few[[0, -1]], many[[0, -1]], atol=0.005)


def test_drawing_lies_around_its_points() -> None:
    corner = changed("drawing", points=encode(np.array([[1.0, -0.5]]))).load(5000)
    np.testing.assert_allclose(corner.mean(axis=0), [1, -0.5], atol=0.01)
    np.testing.assert_allclose(corner.std(axis=0), 0.03, rtol=0.05)


def test_default_drawing_is_a_heart() -> None:
    heart = decode(DEFAULT)
    assert len(heart) == 60
    x, y = heart.T
    assert abs(x[y.argmin()]) < 0.02  # its tip below
    assert y[np.abs(x) < 0.02].max() < y.max() - 0.2  # and its notch above


def malformed_texts() -> list[str]:
    rng = np.random.default_rng(0)
    good = encode(np.zeros((4, 2)))  # 11 characters
    texts = ["", "=", "A", "AA", "AAAA", good + "=", good + "\n", " " + good, "a+/b", "é" * 4]
    texts += [encode(np.zeros((MAX_POINTS, 2))) + good, "AAB", "中文", "\x00" * 4, "AA==AAA"]
    strange = list("=+/ .,;%&é\n\0")
    for _ in range(10):
        signs = list(good)
        signs[rng.integers(len(signs))] = str(rng.choice(strange))
        texts.append("".join(signs))
    return texts


@pytest.mark.parametrize("text", malformed_texts(), ids=repr)
def test_text_that_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(GanError, match="points is not a drawing of 1 to 400 points"):
        decode(text)
    with pytest.raises(GanError):
        changed("drawing", points=text)


# ----------------------------------------------------------------------------------- CSV files

TRIANGLE = np.array([[-1.2, -0.6], [1.2, -0.6], [-1.2, 0.6]])


@pytest.mark.parametrize(
    "text",
    [
        "0,0\n2,0\n0,1\n",
        "x,y\n0,0\n2,0\n0,1",
        "\ufeff0,0\n2,0\n0,1\n",
        "x;y;name\r\n0;0;a\r\n2;0;b\r\n0;1;c\r\n",
        "0\t0\n2\t0\n0\t1\n",
        "0,5;1,5\n2,5;1,5\n0,5;2,5\n",  # decimal commas
        '\ufeff"x","y"\n"0","0"\n\n"2e3"," 0 "\n,\n0,1000\n',
        "0,0\r2,0\r0,1\r",
        "0,1,nan\n2,1,\n0,2,text\n",
    ],
)
def test_csv_is_read_and_fitted(text: str) -> None:
    np.testing.assert_allclose(from_csv(text.encode()), TRIANGLE)


def test_csv_of_one_point_is_a_point_in_the_middle() -> None:
    np.testing.assert_array_equal(from_csv(b"3,4"), np.zeros((1, 2)))
    np.testing.assert_array_equal(from_csv(b"x,y\n3,4\n3,4\n"), np.zeros((2, 2)))


def test_csv_with_a_constant_column_is_a_line() -> None:
    np.testing.assert_allclose(
        from_csv(b"1,7\n2,7\n3,7\n"), np.array([[-1.2, 0], [0, 0], [1.2, 0]])
    )


def test_csv_of_the_largest_numbers_does_not_overflow() -> None:
    np.testing.assert_allclose(from_csv(b"1e308,0\n-1e308,0\n"), [[1.2, 0], [-1.2, 0]])


def test_long_csv_is_thinned_evenly() -> None:
    rows = "".join(f"{i},0\n" for i in range(100_000))
    points = from_csv(rows.encode())
    assert points.shape == (MAX_POINTS, 2)
    np.testing.assert_allclose(points[:, 0], np.linspace(-1.2, 1.2, MAX_POINTS), atol=1e-4)
    np.testing.assert_allclose(decode(encode(points)), points, atol=0.005)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "no rows of numbers", id="empty"),
        pytest.param(b"\n \n,,\n", "no rows of numbers", id="blank"),
        pytest.param(b"x,y\n", "no rows of numbers", id="header alone"),
        pytest.param(b"x,y\n1,2\n3,four\n", "Row 3 has 'four'", id="text"),
        pytest.param(b"x,y\n\n1,2\nx,y\n", "Row 4 has 'x'", id="second header"),
        pytest.param(b"1,2\n3,\n", "Row 2 has ''", id="missing"),
        pytest.param(b"1,2\nnan,1\n", "Row 2 has 'nan'", id="NaN"),
        pytest.param(b"x,y\n1,-inf\n", "Row 2 has '-inf'", id="infinite"),
        pytest.param(b"1,1e999\n", "Row 1 has '1e999'", id="too large a number"),
        pytest.param(b"x\n1\n2\n", "Row 2 has only one column", id="one column"),
        pytest.param(b"1 2\n3 4\n", "Row 2 has only one column", id="separated by spaces"),
        pytest.param(b"1,2\n" * 100_001, "more than 100,000 rows", id="rows"),
        pytest.param(b"1,2" + b" " * 1_000_000, "larger than 1 MB", id="bytes"),
        pytest.param(bytes(range(256)), "not text", id="binary"),
        pytest.param("1,2\n".encode("utf-16"), "not text", id="UTF-16"),
        pytest.param(b"1,2\n" + b"\0\1\2,3\n", "Row 2 has", id="control characters"),
        pytest.param(b'1,2\n"' + b"3" * 200_000, "Row 2 cannot be read as CSV", id="huge cell"),
        pytest.param(b"1,2\n3," + b"x" * 99, "Row 2 has 'xxxxxxxxxxxxxxxxxxx…'", id="long cell"),
    ],
)
def test_bad_csv_says_where_and_what(data: bytes, message: str) -> None:
    with pytest.raises(GanError) as raised:
        from_csv(data)
    assert message in str(raised.value)
    assert len(str(raised.value)) < 200


def test_random_bytes_are_read_or_refused_but_never_crash() -> None:
    rng = np.random.default_rng(1)
    signs = list(b"0123456789.,;-e\t\n\r\"' x\0\xff")
    n_read = 0
    for _ in range(2000):
        allowed = signs[: rng.integers(12, len(signs) + 1)]
        data = rng.choice(allowed, rng.integers(1, 30)).astype(np.uint8).tobytes()
        try:
            points = from_csv(data)
        except GanError:
            continue
        n_read += 1
        assert np.isfinite(points).all()
        assert np.abs(points).max() <= 1.2 + 1e-9
    assert 20 < n_read < 1980
