"""The film of noise that becomes samples."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.figures.diffusion import EXTENT, N_WAYS, diffusion_film
from gan_core.theory.diffusion import MOST_NOISE, draw, noise_levels
from tests.plotly_objects import checked

CENTERS = np.array([[1.0, 0.0], [-1.0, 0.0]])
NOISE = np.random.default_rng(0).standard_normal((100, 2))


@pytest.mark.parametrize("n_passes", [1, 8])
def test_frames_lead_from_noise_to_what_stands_beside(n_passes: int) -> None:
    levels = noise_levels(n_passes, 0.1)
    path = draw(NOISE, n_passes, CENTERS, 0.1)
    made = diffusion_film(path, levels, CENTERS)
    figure, frames = checked(made), made["frames"]
    assert [frame["name"] for frame in frames] == [str(step) for step in range(n_passes + 1)]
    assert frames[0]["traces"] == list(range(len(figure.data)))
    [moving] = [number for number, shown in enumerate(frames[0]["data"]) if shown]
    assert (figure.data[moving].name, figure.data[moving].xaxis) == ("generated", "x")
    for frame, points, sigma in zip(frames, path, levels, strict=True):
        shown = frame["data"][moving]
        seen = points / np.hypot(1, sigma)
        assert np.stack([shown["x"], shown["y"]], axis=1) == pytest.approx(seen, abs=1e-3)
    end = figure.data[-1]
    assert np.stack([end.x, end.y], axis=1) == pytest.approx(path[-1])
    first = MOST_NOISE * NOISE / np.hypot(1, MOST_NOISE)
    assert (abs(first) < EXTENT).all(axis=1).mean() > 0.9


def test_ways_of_some_points_are_drawn_from_start_to_end() -> None:
    path = draw(NOISE, 4, CENTERS, 0.1)
    ways = checked(diffusion_film(path, noise_levels(4, 0.1), CENTERS)).data[0]
    x = np.asarray(ways.x).reshape(N_WAYS, -1)
    assert np.isnan(x[:, -1]).all()
    assert x[:, -2] == pytest.approx(path[-1, :N_WAYS, 0])


def test_labels_are_translated() -> None:
    made = diffusion_film(
        draw(NOISE, 1, CENTERS, 0.1), noise_levels(1, 0.1), CENTERS, lambda text: f"«{text}»"
    )
    words = [note["text"] for note in made["layout"]["annotations"]]
    names = [trace["name"] for trace in made["data"] if trace["showlegend"]]
    assert all(text.startswith("«") for text in (*words, *names))
