"""The game of generator and discriminator, arXiv:1406.2661, algorithm 1."""

from __future__ import annotations

from gan_core.families import FAMILIES, DiscriminatorTurn, Family, Net
from gan_core.losses import Loss
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def discriminator_turn(
    discriminator: Net, x_real: Tensor, x_fake: Tensor, loss: Loss, ops: Ops
) -> DiscriminatorTurn:
    """D looks at a real and a generated batch (batch, *shape), each as a batch of its own."""
    real_logits = discriminator(x_real)  # (batch,)
    fake_logits = discriminator(x_fake)  # (batch,)
    return DiscriminatorTurn(
        d_loss=loss.discriminator(real_logits, fake_logits, ops),
        d_real=ops.mean(loss.decision(real_logits, ops)),
        d_fake=ops.mean(loss.decision(fake_logits, ops)),
    )


def generator_turn(
    discriminator: Net, x_real: Tensor, x_fake: Tensor, loss: Loss, ops: Ops
) -> Tensor:
    """G is judged by D on its generated batch; D itself stays as it is."""
    # Where a loss ignores real_logits, TensorFlow prunes all of this call but what D keeps of it,
    # such as the averages of batch normalisation and the vectors of spectral normalisation.
    real_logits = discriminator(x_real)  # (batch,)
    fake_logits = discriminator(x_fake)  # (batch,)
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
