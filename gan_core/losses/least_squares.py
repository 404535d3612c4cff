"""Least squares, arXiv:1611.04076, with settable targets and without the factor ½."""

from __future__ import annotations

from gan_core.losses import LOSSES, Equilibrium, Loss, score
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def least_squares(
    fake_target: float = 0.0, real_target: float = 1.0, generator_target: float = 1.0
) -> Loss:
    """Return the loss with the targets a, b and c of arXiv:1611.04076, eq. 2, doubled.

    With b − c = 1 and b − a = 2 the game minimises Pearson's χ² (eq. 7); 0, 1, 1 is eq. 9.
    """
    a, b, c = fake_target, real_target, generator_target

    def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
        return ops.mean(ops.square(real_logits - b)) + ops.mean(ops.square(fake_logits - a))

    def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
        return ops.mean(ops.square(fake_logits - c))

    return Loss(
        name="least_squares",
        title=N_("Least squares"),
        help=N_("D gives a score instead of a probability: 1 for real, 0 for fake."),
        discriminator=discriminator,
        generator=generator,
        discriminator_formula=rf"L_D = \mathbb{{E}}_x\left[{_squared('D(x)', b)}\right]"
        rf" + \mathbb{{E}}_z\left[{_squared('D(G(z))', a)}\right]",
        generator_formula=rf"L_G = \mathbb{{E}}_z\left[{_squared('D(G(z))', c)}\right]",
        # Where p = q, (D − b)² + (D − a)² is least halfway between the targets.
        equilibrium=Equilibrium(
            logit=(a + b) / 2, d_loss=(b - a) ** 2 / 2, g_loss=((a + b) / 2 - c) ** 2
        ),
        reference="Mao et al. 2016, arXiv:1611.04076",
        decision=score,
        options=("fake_target", "real_target", "generator_target"),
        configure=least_squares,
        order=30,
    )


def _squared(what: str, target: float) -> str:
    if not target:
        return f"{what}^2"
    return f"({what} {'-' if target > 0 else '+'} {abs(target):g})^2"


LOSSES.register(least_squares())
