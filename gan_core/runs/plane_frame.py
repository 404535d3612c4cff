"""The part of a frame that shows a run in the plane: surfaces, the warped noise, and slopes.

A surface is base64 of one byte per point, row by row from the lowest y: D(x) from 0 to 255, where
scores go from the lowest in the frame ("surface.low") to the highest ("surface.high").
"""

from __future__ import annotations

import base64
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.metrics.density_gap import best_decision, decision_gap
from gan_core.ops import NUMPY
from gan_core.plane import LATTICE, LINE, SURFACE, noise_lattice, surface_points
from gan_core.theory.mixture import normal_log_pdf

N_FOR_Q = 1000
RESOLVED = 0.02  # how far from 1 the density may sum up on the grid
NEXT_TO_NOTHING = 0.01  # of the highest density
BLUR = 0.06  # of the plane's half width: q is known from samples only, and p is blurred as much


class PlaneFrames:
    """Makes the plane's part of the frames of one run."""

    def __init__(self, config: RunConfig) -> None:
        self._loss, dataset = config.items.loss, config.items.dataset
        smoothed = "label_smoothing" in self._loss.options
        self._best = functools.partial(
            best_decision,
            label_smoothing=config.label_smoothing if smoothed else 0.0,
            packing=config.packing,
        )
        self._lattice, self._n_kinds = noise_lattice(config), config.n_told
        self._extent = dataset.extent
        # Instance noise blurs both for D: the best D is that of the blurred densities.
        self._blur = math.hypot(BLUR * dataset.extent, config.instance_noise)
        self._axis = np.linspace(-dataset.extent, dataset.extent, SURFACE)
        blurred = _blurred_density(config, self._blur)
        points = surface_points(dataset.extent)
        self._p = blurred(points) if blurred else None  # (SURFACE²,)
        cell = (self._axis[1] - self._axis[0]) ** 2
        # Where the grid is too coarse for the data, blurring changes what the best D says.
        self._is_resolved = dataset.density is not None and (
            abs(dataset.density(points).sum() * cell - 1) < RESOLVED
        )

    def constants(self) -> dict[str, Any]:
        """What stays the same during the run."""
        lattice = {}
        if self._lattice is not None:
            columns = LINE if self._lattice.shape[1] == 1 else LATTICE
            rows = len(self._lattice) // columns
            lattice = {"manifold.rows": rows, "manifold.columns": columns}
        alike = {"extent": self._extent, "surface.size": SURFACE, "kinds": self._n_kinds}
        return alike | lattice

    def channels(self, seen: dict[str, Any]) -> dict[str, Any]:
        """What `PlaneView.look` has seen, and what the best discriminator would say of it."""
        decision = self._decision(seen)
        low, high = 0.0, 1.0
        if not self._loss.gives_probability:
            low, high = _finite_range(decision)
        channels = {
            "surface": _bytes((decision - low) / (high - low)),
            "surface.low": low,
            "surface.high": high,
        }
        for name, key in (("arrow", "arrows"), ("followed", "followed"), ("manifold", "manifold")):
            if key in seen:
                channels |= _coordinates(name, seen[key])
        if self._p is not None:
            # Where next to nothing is real or generated, D* is as good as unknown: ½.
            nothing = NEXT_TO_NOTHING * self._p.max()
            q = self._density_of(seen["x_played"])
            channels["truth"] = _bytes(self._best(self._p + nothing, q + nothing))
        return channels

    def measures(self, seen: dict[str, Any]) -> dict[str, float | None]:
        """Sizes of the gradients, and how far D is from the best one where that is known."""
        measured = {name: _number(seen[name]) for name in ("d_gradient", "g_gradient")}
        if self._p is not None and self._is_resolved and self._loss.gives_probability:
            decision = self._decision(seen)
            if np.isfinite(decision).all():
                p, q = self._p, self._density_of(seen["x_played"])
                measured["gap"] = _number(decision_gap(decision, self._best(p, q), p, q))
        return measured

    def _decision(self, seen: dict[str, Any]) -> np.ndarray:
        """D(x) on the surface (SURFACE²,)."""
        with np.errstate(invalid="ignore"):  # NaN where the game has diverged
            return np.asarray(self._loss.decision(seen["surface"].astype(np.float64), NUMPY))

    def _density_of(self, samples: np.ndarray) -> np.ndarray:
        """q (SURFACE²,), blurred: a Gaussian around each of up to `N_FOR_Q` samples (n, 2)."""
        samples = samples[:N_FOR_Q]
        x, y = samples[np.isfinite(samples).all(axis=1)].astype(float).T
        if not len(x):
            return np.zeros(self._axis.size**2)
        along_x = np.exp(normal_log_pdf(self._axis[:, np.newaxis], x, self._blur))  # (SURFACE, n)
        along_y = np.exp(normal_log_pdf(self._axis[:, np.newaxis], y, self._blur))
        return np.ravel(along_y @ along_x.T) / len(x)


def _blurred_density(config: RunConfig, blur: float) -> Callable[[np.ndarray], np.ndarray] | None:
    """p after adding Gaussian noise of standard deviation `blur` to every sample."""
    noise = math.hypot(config.data_noise, blur)
    noisy = config.model_copy(update={"data_noise": noise})
    return noisy.items.dataset.density


def _bytes(shares: np.ndarray) -> str:
    levels = np.rint(255 * np.clip(np.nan_to_num(shares, nan=0.5), 0, 1)).astype(np.uint8)
    return base64.b64encode(levels.tobytes()).decode()


def _finite_range(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return low, max(high, low + 1e-6)


def _coordinates(name: str, points: np.ndarray) -> dict[str, list[float]]:
    rounded = np.round(np.nan_to_num(points.astype(float), posinf=1e6, neginf=-1e6), 4)
    return {f"{name}.x": rounded[:, 0].tolist(), f"{name}.y": rounded[:, 1].tolist()}


def _number(value: float) -> float | None:
    """Six digits; nothing where there is no number, for JSON knows no NaN."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
