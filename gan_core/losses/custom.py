"""A loss that a person types."""

from __future__ import annotations

from gan_core.expression import Expression, ExpressionError, parse
from gan_core.losses import LOSSES, Loss, score
from gan_core.text import N_, GanError

DISCRIMINATOR = "softplus(-real) + softplus(fake)"
GENERATOR = "softplus(-fake)"

# Each formula needs one of these: without what its player can change, training has no gradient.
_NEEDED = {"d_formula": ("real", "fake"), "g_formula": ("fake",)}


def custom(d_formula: str = DISCRIMINATOR, g_formula: str = GENERATOR) -> Loss:
    """Return the loss typed as two expressions in the logits `real` and `fake`.

    Raises `GanError` where one of them is not understood.
    """
    d_expression = _understood("d_formula", d_formula)
    g_expression = _understood("g_formula", g_formula)
    return Loss(
        name="custom",
        title=N_("Your own"),
        help=N_("Typed on the page “Your own loss”, in terms of D's outputs for real and fake."),
        discriminator=d_expression,
        generator=g_expression,
        discriminator_formula=rf"L_D = \mathbb{{E}}\left[{d_expression.latex}\right]",
        generator_formula=rf"L_G = \mathbb{{E}}\left[{g_expression.latex}\right]",
        equilibrium=None,
        reference="",
        decision=score,
        options=("d_formula", "g_formula"),
        configure=custom,
        order=80,
    )


def read(field: str, source: str) -> Expression:
    """The formula of "d_formula" or "g_formula"; `ExpressionError` says what is wrong and where."""
    return parse(source, _NEEDED[field])


def _understood(field: str, source: str) -> Expression:
    try:
        return read(field, source)
    except ExpressionError as error:
        raise GanError(
            N_("{field} = {value} is not understood. {problem}"),
            field=field,
            value=source,
            problem=error.text,
        ) from None


LOSSES.register(custom())
