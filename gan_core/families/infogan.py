"""InfoGAN: D reads off a sample what G was told, and G is to make that easy, arXiv:1606.03657."""

from __future__ import annotations

from gan_core.families import FAMILIES, Family, LatentCode
from gan_core.families.gan import discriminator_turn, generator_turn
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def unread(code: LatentCode, read: LatentCode, ops: Ops) -> Tensor:
    """−E ln Q(c | x) but for a constant: the negative of L_I, equation 5, which lacks H(c).

    D's last layer is Q, too. What it says of the kind are logits; a number of the code it takes
    for normally distributed, with variance 1, around what it says.
    """
    lost: Tensor = 0.0
    if code.kinds is not None:
        lost += ops.mean(ops.cross_entropy(code.kinds, read.kinds))
    if code.numbers is not None:
        lost += 0.5 * ops.mean(ops.sum_of_squares(code.numbers - read.numbers))
    return lost


FAMILIES.register(
    Family(
        name="infogan",
        title=N_("InfoGAN"),
        help=N_(
            "G is given a kind and a few numbers, and D must read them off the sample. Nobody says "
            "what they mean: the players find that."
        ),
        discriminator_turn=discriminator_turn,
        generator_turn=generator_turn,
        unread=unread,
        formula=r"-\lambda\,\mathbb{E}_{c,\,x = G(z, c)}[\ln Q(c \mid x)]",
        options=("n_kinds", "n_codes", "code_weight"),
        reference="Chen et al. 2016, arXiv:1606.03657",
        order=20,
    )
)
