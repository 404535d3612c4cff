"""The losses and the penalty of a run as functions of a program, written by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gan_core.config import RunConfig
from gan_core.export.written import Call, Name, statements
from gan_core.families import LatentCode

REAL, FAKE = Name("real_logits"), Name("fake_logits")
_FUNCTIONS = {
    "mean": "tf.reduce_mean",
    "exp": "tf.exp",
    "log": "tf.math.log",
    "softplus": "tf.math.softplus",
    "sigmoid": "tf.sigmoid",
    "tanh": "tf.tanh",
    "square": "tf.square",
    "sqrt": "tf.sqrt",
    "abs": "tf.abs",
    "maximum": "tf.maximum",
    "cross_entropy": "tf.nn.softmax_cross_entropy_with_logits",
}
_SLOPES = {"x_real": "real_slope", "x_fake": "fake_slope"}


class WrittenOps:
    """`gan_core.ops.GradientOps` that compute nothing: they say what TensorFlow would be asked.

    `told` is what D is told besides its samples (batch, …), of which the shape has `rank` axes.
    """

    def __init__(self, rank: int, told: Sequence[Name] = ()) -> None:
        self._axes = list(range(1, rank))  # all but the batch
        self._told = told

    def __getattr__(self, name: str) -> Callable[..., Call]:
        if name not in _FUNCTIONS:
            raise AttributeError(name)
        return lambda *operands: Call(Name(_FUNCTIONS[name]), operands)

    def softplus(self, x: Any) -> Call:
        return Call(Name(_FUNCTIONS["softplus"]), (x,), is_finite=isinstance(x, Name))

    def minimum(self, x: Any, y: Any) -> Call:
        return Call(Name("tf.minimum"), (x, y), line="bounded")

    def input_gradient(self, function: Any, x: Any) -> Call:
        """The slope, in a line of its own; so is the place where it is taken."""
        line = _SLOPES.get(getattr(x, "text", ""), "slope")
        operands = (function, _named(x, "x_hat"), *self._told)
        return Call(Name("input_gradient"), operands, line=line)

    def sum_of_squares(self, x: Any) -> Call:
        axes = self._axes[0] if len(self._axes) == 1 else self._axes
        line = f"{x.line}_squared" if isinstance(x, Call) else ""
        return Call(Name("tf.reduce_sum"), (self.square(x),), {"axis": axes}, line)

    def uniform_per_sample(self, x: Name, seed: Any) -> Call:
        shape = [Name(f"{x.text}.shape[0]"), *(1 for _ in self._axes)]
        return Call(Name("tf.random.stateless_uniform"), (shape, seed), line="alpha")


def loss_code(config: RunConfig) -> str:
    """Functions `discriminator_loss`, `generator_loss` and `decision` of a run."""
    loss, ops = config.items.loss, WrittenOps(1)
    says = "the probability that a sample is real" if loss.gives_probability else "D's own output"
    return "\n\n".join(
        (
            _function(
                "discriminator_loss(real_logits, fake_logits)",
                "What the discriminator minimises; logits (batch,).",
                loss.discriminator(REAL, FAKE, ops),
            ),
            _function(
                "generator_loss(real_logits, fake_logits)",
                "What the generator minimises; logits (batch,).",
                loss.generator(REAL, FAKE, ops),
            ),
            _function(
                "decision(logits)",
                f"Average of D(x) over a batch: {says}.",
                ops.mean(loss.decision(Name("logits"), ops)),
            ),
        )
    )


def unread_code(config: RunConfig) -> str:
    """Function `unread` of a run; empty where D has no code to read."""
    unread = config.items.family.unread
    if not unread:
        return ""
    lines = {}
    if config.n_kinds:
        lines["kinds"] = "kinds, read_kinds = z[:, LATENT_DIM:], answer[:, 1 : 1 + N_KINDS]"
    if config.n_codes:
        after = "1 + N_KINDS :" if config.n_kinds else "1:"
        lines["numbers"] = f"numbers, read_numbers = z[:, :N_CODES], answer[:, {after}]"
    code, read = (
        LatentCode(*(Name(is_read + it) if it in lines else None for it in ("kinds", "numbers")))
        for is_read in ("", "read_")
    )
    purpose = "What D's answer (batch, 1 + all that it reads) lacks of the code in z."
    value = unread(code, read, WrittenOps(2))
    return _function("unread(z, answer)", purpose, value, [*lines.values()])


def penalty_code(config: RunConfig) -> str:
    """Functions `input_gradient` and `penalty` of a run; empty where it has no penalty."""
    penalty, shape = config.items.penalty, config.items.dataset.shape
    names = (Name("judge"), Name("x_real"), Name("x_fake"), Name("seed"))
    told = [Name("classes")] if config.conditional else []
    measured = penalty.measure(*names, WrittenOps(len(shape) + 1, told))
    if not penalty.formula:
        return ""
    classes = ", classes" if told else ""
    return _input_gradient(classes) + _function(
        f"penalty(x_real, x_fake{classes}, seed)",
        "What D pays besides, without its weight.",
        measured,
    )


def _input_gradient(classes: str) -> str:
    return f'''\
def input_gradient(function, x{classes}):
    """Each sample's own slope: the gradient of function with respect to x, of its shape."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x{classes})  # (batch,)
    return tape.gradient(y, x)


'''


def _function(signature: str, purpose: str, value: Any, before: Sequence[str] = ()) -> str:
    lines: Sequence[str] = [f'"""{purpose}"""', *before, *statements(value)]
    return f"def {signature}:\n" + "".join(f"    {line}\n" for line in lines)


def _named(x: Any, line: str) -> Any:
    """An expression with a line of its own; a variable has one already."""
    if isinstance(x, Name):
        return x
    return type(x)(**{**vars(x), "line": line})
