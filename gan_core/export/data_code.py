"""The data of a run, as a program makes or loads them: `x_data`, float32 (n, *shape)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

from gan_core.config import RunConfig
from gan_core.datasets.drawing import EDGE, STD
from gan_core.datasets.plane import DEFAULT_SAMPLES, EVEN
from gan_core.datasets.text import FONT_SIZE, MAX_CENTERS
from gan_core.export.excerpt import excerpt
from gan_core.text import N_, GanError

PICTURES_FILE = "pictures.npz"  # what a program reads one's own pictures from


@dataclass
class DataCode:
    """Statements that make `x_data`, and what they need besides NumPy, Keras and TensorFlow.

    `labels` is an expression for the classes of all samples (n,), where players are told of them.
    A `file` is one that only this project can give, to be laid beside the program.
    """

    code: str
    imports: set[str] = field(default_factory=set)
    packages: tuple[str, ...] = ()  # as pip calls them
    labels: str = ""
    file: str = ""


def data_code(config: RunConfig) -> DataCode:
    """Raises `GanError` for data that a program of its own cannot have."""
    if config.items.dataset.shape == (2,):
        return _points(config)
    if config.dataset not in _PICTURES:
        raise GanError(
            N_(
                "{field} = {value} cannot be exported as a program: only this project has the "
                "data. Train on other data to export the run."
            ),
            field="dataset",
            value=config.dataset,
        )
    return _PICTURES[config.dataset](config)


def _points(config: RunConfig) -> DataCode:
    """Points around the centres of a mixture, with noise and balance where they are set."""
    methods, changes = ["sample"], ""
    if config.balance != EVEN:
        methods, changes = [*methods, "balanced"], f".balanced({config.balance!r})"
    if config.data_noise:
        methods, changes = [*methods, "blurred"], f"{changes}.blurred({config.data_noise!r})"
    own = _OWN_POINTS.get(config.dataset)
    if own:
        module, needed, mixture = "gan_core.datasets.plane", ("Plane", *own.needs), own.mixture
    else:
        configure = config.items.dataset.configure
        assert configure
        make = inspect.getclosurevars(configure).nonlocals["make"]
        module, needed, mixture = make.__module__, (make.__name__,), f"{make.__name__}()"
    source = excerpt(module, needed, {"Plane": methods})
    parts = [source.code, own.code.format(config=config)] if own else [source.code]
    parts.append(f"x_data = {mixture}{changes}.sample({DEFAULT_SAMPLES:_}, SEED)  # (n, 2)\n")
    return DataCode(
        "\n\n".join(parts),
        source.imports | (own.imports if own else set()),
        own.packages if own else (),
    )


@dataclass(frozen=True)
class _OwnPoints:
    """Points that a person drew or wrote: a few lines that make their mixture of Gaussians."""

    mixture: str  # its name
    code: str
    imports: set[str]
    needs: tuple[str, ...] = ()  # functions of `gan_core.datasets.plane`
    packages: tuple[str, ...] = ()


_OWN_POINTS = {
    "drawing": _OwnPoints(
        "drawing",
        f"""\
DRAWN = "{{config.points}}"  # a byte for each x and y
numbers = np.frombuffer(base64.urlsafe_b64decode(DRAWN + "=" * (-len(DRAWN) % 4)), np.uint8)
drawing = Plane(numbers.reshape(-1, 2) / 255 * (2 * {EDGE}) - {EDGE}, std={STD})
""",
        {"import base64"},
    ),
    "text": _OwnPoints(
        "ink",
        f"""\
WORD = {{config.text!r}}  # its ink in Pillow's own font is the data
font = ImageFont.load_default({FONT_SIZE})
_, _, right, bottom = (math.ceil(edge) for edge in font.getbbox(WORD))
drawn = Image.new("L", (right, bottom))
ImageDraw.Draw(drawn).text((0, 0), WORD, fill=255, font=font)
rows, columns = np.nonzero(np.asarray(drawn) > 127)
pixels = np.stack([columns, -rows], axis=1).astype(float)  # (n, 2)
# Up to {MAX_CENTERS} of them, scattered evenly over the ink by a quasi-random sequence.
order = np.argsort((columns * 0.7548776662 + rows * 0.5698402910) % 1, kind="stable")
kept = pixels[order[:{MAX_CENTERS}]]
placed = fitted(kept)
scale = np.ptp(placed, axis=0).max() / np.ptp(kept, axis=0).max()
ink = Plane(placed, std=scale * math.sqrt(len(pixels) / len(kept)) / 2)
""",
        {"import math", "from PIL import Image, ImageDraw, ImageFont"},
        needs=("fitted",),
        packages=("pillow",),
    ),
}


def _digits(config: RunConfig) -> DataCode:
    """Small scans that come with scikit-learn."""
    return DataCode(
        """\
small = (load_digits().images * (255 / 16)).astype(np.uint8)  # (n, 8, 8)
large = [
    np.asarray(Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC))
    for image in small
]
# As in MNIST: the digit fills 20x20 in the middle of 28x28.
pixels = np.pad(np.stack(large), ((0, 0), (4, 4), (4, 4)))
x_data = (pixels.astype(np.float32) / 127.5 - 1.0)[..., np.newaxis]  # (n, 28, 28, 1), -1 to 1
""",
        {"from PIL import Image", "from sklearn.datasets import load_digits"},
        ("scikit-learn", "pillow"),
        labels="load_digits().target",
    )


def _keras_files(config: RunConfig) -> DataCode:
    """Pictures that Keras downloads once, with their classes where players are told of them."""
    shape = config.items.dataset.shape
    arrays, unpacked = "x_train", "pixels, _"
    read = 'pixels = np.load(DATA_FILE)["x_train"]'
    if config.conditional:
        arrays, unpacked = "x_train and y_train", "pixels, labels"
        read = 'pixels, labels = (np.load(DATA_FILE)[name] for name in ("x_train", "y_train"))'
    return DataCode(
        f"""\
DATA_FILE = ""  # an .npz file with {arrays}; without one, Keras downloads the data once
if DATA_FILE:
    {read}
else:
    ({unpacked}), _ = keras.datasets.{config.dataset}.load_data()
{_scaled(shape, flat=shape[-1] == 1)}""",
        labels="labels.ravel()",
    )


def _own_pictures(config: RunConfig) -> DataCode:
    """Pictures that somebody brought; they are taken home with the program."""
    shape = config.items.dataset.shape
    return DataCode(
        f"""\
DATA_FILE = "{PICTURES_FILE}"  # the pictures of this run, beside this program
pixels = np.load(DATA_FILE)["x_train"]  # (n, {", ".join(map(str, shape))}), 0 to 255
{_scaled(shape)}""",
        file=PICTURES_FILE,
    )


def _scaled(shape: tuple[int, ...], *, flat: bool = False) -> str:
    """A statement that scales `pixels`; `flat` ones have no axis for channels yet."""
    scaled = "pixels.astype(np.float32) / 127.5 - 1.0"
    scaled = f"({scaled})[..., np.newaxis]" if flat else scaled
    return f"x_data = {scaled}  # (n, {', '.join(map(str, shape))}), -1 to 1\n"


_PICTURES: dict[str, Callable[[RunConfig], DataCode]] = {
    "digits": _digits,
    "mnist": _keras_files,
    "fashion_mnist": _keras_files,
    "cifar10": _keras_files,
    "pictures": _own_pictures,
}
