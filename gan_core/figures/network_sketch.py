"""A network as a row of blocks: what each stage makes of a sample, from input to output."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gan_core.figures.style import NEUTRAL, Figure, layout, scatter
from gan_core.networks.mlp import ACTIVATIONS
from gan_core.text import N_, Translate

HEIGHT = 280
TALLEST = 28  # pixels: the side of a picture that is drawn at height 1
LONGEST = 7 * 7 * 256  # numbers: the vector that is drawn at height 1
MOST_CHANNELS = 256  # the stack that is drawn as wide as may be
BAR = 0.07  # width of a vector
WIDEST = 0.42  # of the distance between two blocks
FULL = 1.15  # height 1, on the figure's own scale
SLANT = (0.13, 0.24)  # how far a picture of height 1 goes back: to the right, and up

OPERATIONS = {
    "Dense": N_("dense"),
    "Conv2D": N_("convolution"),
    "Conv2DTranspose": N_("transposed<br>convolution"),
    "Reshape": N_("reshape"),
    "Flatten": N_("flatten"),
}
BROKEN = {"LeakyReLU": "Leaky<br>ReLU"}  # where neighbours would touch


@dataclass(frozen=True)
class Stage:
    """The layers from one change of the sample to the next: one operation and what follows it."""

    layers: Sequence[Mapping[str, Any]]

    @property
    def shape(self) -> list[int]:
        """Shape of a sample after it."""
        out: list[int] = self.layers[-1]["out"]
        return out

    @property
    def parameters(self) -> int:
        """How many numbers the stage keeps, learned and fixed."""
        return sum(layer["trainable"] + layer["fixed"] for layer in self.layers)

    @property
    def activation(self) -> str | None:
        """The title of what bends its output, if anything does."""
        names = [layer["activation"] for layer in self.layers if layer["activation"]]
        return ACTIVATIONS[names[-1]] if names else None

    def operation(self, translate: Translate, *, narrow: bool = False) -> str:
        """What it does, in a few short lines; in even shorter ones if `narrow`."""
        first = self.layers[0]
        lines = [translate(OPERATIONS[first["kind"]])]
        if first["kernel"]:
            stride = translate(N_("stride {stride}")).format(stride=first["stride"])
            lines += [shape_text(first["kernel"]), stride]
        if self.activation:
            lines.append(
                BROKEN.get(self.activation, self.activation) if narrow else self.activation
            )
        return "<br>".join(lines)


def stages(network: Mapping[str, Any]) -> list[Stage]:
    """The network's stages: a new one begins with each layer that has an operation of its own."""
    groups: list[list[Mapping[str, Any]]] = []
    for layer in network["layers"]:
        if layer["kind"] in OPERATIONS and not _does_nothing(layer):
            groups.append([])
        if groups:
            groups[-1].append(layer)
    return [Stage(group) for group in groups]


def shape_text(shape: Sequence[int]) -> str:
    """A shape as people write it: 7×7×256."""
    return "×".join(f"{size:,}" for size in shape)


def network_sketch(
    network: Mapping[str, Any],
    ends: tuple[str, str],
    color: str,
    translate: Translate = str,
) -> Figure:
    """Blocks from left to right, one per stage, with the shape below and the operation between.

    A block of pictures is as high as a picture is and as wide as there are channels (the root of
    their number); a vector is a bar, as high as the logarithm of its length.

    Args:
        network: generator or discriminator, as `gan_core.training.anatomy` describes it.
        ends: names of what goes in and of what comes out, translated.
        color: of the blocks.
    """
    _ = translate
    flow = stages(network)
    shapes = [network["input"], *(stage.shape for stage in flow)]
    narrow = len(flow) > 6
    shape_size, word_size = (15, 13) if len(flow) < 5 else (13, 12)
    words = [
        *(
            _words(x, -0.76, f"<b>{shape_text(shape)}</b>", shape_size)
            for x, shape in enumerate(shapes)
        ),
        *(
            _words(x + 0.5, -1.02, stage.operation(_, narrow=narrow), word_size, NEUTRAL)
            for x, stage in enumerate(flow)
        ),
        _words(0, 0.78, f"<b>{ends[0]}</b>", 15, color) | {"yanchor": "bottom"},
        _words(len(flow), 0.78, f"<b>{ends[1]}</b>", 15, color) | {"yanchor": "bottom"},
    ]
    parameters = _(N_("{n} parameters"))
    hover = scatter(
        x=list(range(1, len(shapes))),
        y=[0] * len(flow),
        mode="markers",
        marker={"size": 60, "opacity": 0},
        hovertext=[parameters.format(n=f"{stage.parameters:,}") for stage in flow],
        hoverinfo="text",
    )
    look = layout(
        height=HEIGHT,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        hovermode="closest",
        shapes=[face for x, shape in enumerate(shapes) for face in _block(x, shape, color)],
        annotations=[*words, *(_arrow(x, *pair) for x, pair in enumerate(pairwise(shapes)))],
        xaxis={"visible": False, "range": [-0.5, len(flow) + 0.5], "fixedrange": True},
        yaxis={"visible": False, "range": [-2.03, 1.1], "fixedrange": True},
    )
    return {"data": [hover], "layout": look}


def _does_nothing(layer: Mapping[str, Any]) -> bool:
    """Whether a sample leaves it as it came: a vector, flattened."""
    return not layer["trainable"] and layer["in"] == layer["out"]


def _block(x: float, shape: Sequence[int], color: str) -> list[dict[str, Any]]:
    """The faces of a block centred at (x, 0): front, roof and side; of a vector only the front."""
    if len(shape) == 1:
        height, width = _bar_height(shape[0]) / 2, BAR / 2
        corners = ((-width, -height), (width, -height), (width, height), (-width, height))
        return [_face(x, corners, color, 0.75)]
    size, width = shape[0] / TALLEST, _stack_width(shape[-1]) / 2
    across, up = SLANT[0] * size, SLANT[1] * size
    left, right = -width - across / 2, width - across / 2
    bottom = -(FULL * size + up) / 2
    top = bottom + FULL * size
    front = (left, bottom), (right, bottom), (right, top), (left, top)
    roof = (left, top), (right, top), (right + across, top + up), (left + across, top + up)
    side = (
        (right, bottom),
        (right + across, bottom + up),
        (right + across, top + up),
        (right, top),
    )
    faces = ((front, 0.75), (roof, 0.55), (side, 0.4))
    return [_face(x, corners, color, opacity) for corners, opacity in faces]


def _bar_height(length: int) -> float:
    return 0.12 + FULL * math.log(length) / math.log(LONGEST)


def _stack_width(channels: int) -> float:
    return max(0.03, WIDEST * math.sqrt(channels / MOST_CHANNELS))


def _half_width(shape: Sequence[int]) -> float:
    """How far a block reaches to either side of its centre at half height."""
    if len(shape) == 1:
        return BAR / 2
    return (_stack_width(shape[-1]) + SLANT[0] * shape[0] / TALLEST) / 2


def _face(
    x: float, corners: Sequence[tuple[float, float]], color: str, opacity: float
) -> dict[str, Any]:
    path = "L".join(f"{x + dx:.4f},{y:.4f}" for dx, y in corners)
    return {
        "type": "path",
        "path": f"M{path}Z",
        "fillcolor": color,
        "opacity": opacity,
        "line": {"color": color, "width": 1.5},
        "layer": "below",
    }


def _arrow(x: float, before: Sequence[int], after: Sequence[int]) -> dict[str, Any]:
    """From the block at x to the next one."""
    return {
        "ax": x + _half_width(before) + 0.03,
        "x": x + 1 - _half_width(after) - 0.03,
        "ay": 0,
        "y": 0,
        "axref": "x",
        "ayref": "y",
        "text": "",
        "showarrow": True,
        "arrowhead": 2,
        "arrowwidth": 1.6,
        "arrowcolor": NEUTRAL,
    }


def _words(x: float, y: float, text: str, size: int, color: str | None = None) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "yanchor": "top",
        "font": {"size": size} | ({"color": color} if color else {}),
    }
