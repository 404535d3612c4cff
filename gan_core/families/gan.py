"""The game of generator and discriminator, arXiv:1406.2661, algorithm 1."""

from __future__ import annotations

from gan_core.families import FAMILIES, DiscriminatorTurn, Family
from gan_core.losses import Loss
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def discriminator_turn(
    real_logits: Tensor, fake_logits: Tensor, loss: Loss, ops: Ops
) -> DiscriminatorTurn:
    """D has looked at a real and a generated batch, each as a batch of its own."""
    return DiscriminatorTurn(
        d_loss=loss.discriminator(real_logits, fake_logits, ops),
        d_real=ops.mean(loss.decision(real_logits, ops)),
        d_fake=ops.mean(loss.decision(fake_logits, ops)),
    )


def generator_turn(real_logits: Tensor, fake_logits: Tensor, loss: Loss, ops: Ops) -> Tensor:
    """G is judged by D on its generated batch; D itself stays as it is."""
    return loss.generator(real_logits, fake_logits, ops)


FAMILIES.register(
    Family(
        name="gan",
        title=N_("GAN"),
        help=N_("One generator, one discriminator, no labels."),
        discriminator_turn=discriminator_turn,
        generator_turn=generator_turn,
        reference="Goodfellow et al. 2014, arXiv:1406.2661",
        order=10,
    )
)
