"""f-GAN, arXiv:1606.00709: for each divergence of densities p and q a game whose D estimates it.

D_f(p ‖ q) is the largest E_p[T] − E_q[f*(T)] that a function T can reach (eq. 4), so D maximises
that. T = g_f(C), where C is the logit and g_f keeps T in the domain of the conjugate f* (tables 2
and 6). G maximises E_q[T], as section 3.2 advises: the bound itself hardly has a slope while G is
losing. So G goes down another divergence: against the best D, T = f′(p/q), which for KL(p ‖ q) is
1 + ln(p/q), and −E_q[T] falls with KL(q ‖ p).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from gan_core.losses import LOSSES, Equilibrium, Loss, score
from gan_core.ops import NUMPY, Ops, Tensor
from gan_core.text import N_

# Beyond this eˣ goes on as its tangent: float32 would overflow at 88, and D's loss with it.
LARGEST_EXPONENT = 20.0


def exponential(x: Tensor, ops: Ops) -> Tensor:
    """eˣ up to x = 20; above, its tangent at 20, so that value and slope stay finite."""
    bounded = ops.minimum(x, LARGEST_EXPONENT)
    return ops.exp(bounded) * (1 + x - bounded)


@dataclass(frozen=True)
class Divergence:
    """One row of the tables: T = g_f(C), the conjugate f*(T) as a function of C, and D(x).

    `t` and `conjugate` take (logits, ops); `logit` is C where p = q, that is T = f′(1). `decision`
    maps C to D(x) = p / (p + q), since T = f′(p / q) where D is at its best.
    """

    title: str
    t: Callable[[Tensor, Ops], Tensor]
    conjugate: Callable[[Tensor, Ops], Tensor]
    t_formula: str  # with {c} for the logit
    conjugate_formula: str
    logit: float
    decision: Callable[[Tensor, Ops], Tensor]


DIVERGENCES = {
    "kl": Divergence(
        N_("Kullback–Leibler"),
        t=lambda c, ops: c,
        conjugate=lambda c, ops: exponential(c - 1, ops),
        t_formula="{c}",
        conjugate_formula=r"e^{{{c} - 1}}",
        logit=1.0,
        decision=lambda c, ops: ops.sigmoid(c - 1),
    ),
    "reverse_kl": Divergence(
        N_("Reverse Kullback–Leibler"),
        t=lambda c, ops: -exponential(-c, ops),
        conjugate=lambda c, ops: c - 1,
        t_formula=r"-e^{{-{c}}}",
        conjugate_formula="{c} - 1",
        logit=0.0,
        decision=lambda c, ops: ops.sigmoid(c),
    ),
    "pearson": Divergence(
        N_("Pearson χ²"),
        t=lambda c, ops: c,
        conjugate=lambda c, ops: ops.square(c) / 4 + c,
        t_formula="{c}",
        conjugate_formula=r"\tfrac14 {c}^2 + {c}",
        logit=0.0,
        decision=score,  # p / q = 1 + C / 2 would be negative for C < −2
    ),
    "squared_hellinger": Divergence(
        N_("Squared Hellinger"),
        t=lambda c, ops: 1 - exponential(-c, ops),
        conjugate=lambda c, ops: exponential(c, ops) - 1,
        t_formula=r"1 - e^{{-{c}}}",
        conjugate_formula=r"e^{{{c}}} - 1",
        logit=0.0,
        decision=lambda c, ops: ops.sigmoid(2 * c),
    ),
    "jensen_shannon": Divergence(
        N_("Jensen–Shannon"),
        t=lambda c, ops: math.log(2) - ops.softplus(-c),
        conjugate=lambda c, ops: ops.softplus(c) - math.log(2),
        t_formula=r"\ln\left(2\,\sigma({c})\right)",
        conjugate_formula=r"-\ln\left(2 - 2\,\sigma({c})\right)",
        logit=0.0,
        decision=lambda c, ops: ops.sigmoid(c),
    ),
}


def f_divergence(divergence: str = "kl") -> Loss:
    """Return the game for one of `DIVERGENCES`."""
    f = DIVERGENCES[divergence]

    def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
        return ops.mean(f.conjugate(fake_logits, ops)) - ops.mean(f.t(real_logits, ops))

    def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
        return -ops.mean(f.t(fake_logits, ops))

    t_real, t_fake = f.t_formula.format(c="C(x)"), f.t_formula.format(c="C(G(z))")
    conjugate = f.conjugate_formula.format(c="C(G(z))")
    return Loss(
        name="f_divergence",
        title=N_("f-divergence (f-GAN)"),
        help=N_(
            "D estimates a divergence of your choice between real and generated data; its loss is "
            "minus the estimate, and with Jensen–Shannon minus twice."
        ),
        discriminator=discriminator,
        generator=generator,
        discriminator_formula=rf"L_D = -\,\mathbb{{E}}_x\left[{t_real}\right]"
        rf" + \mathbb{{E}}_z\left[{conjugate}\right]",
        generator_formula=rf"L_G = -\,\mathbb{{E}}_z\left[{t_fake}\right]",
        # The best D reaches the divergence, which is 0 where p = q.
        equilibrium=Equilibrium(f.logit, d_loss=0.0, g_loss=0 - float(f.t(f.logit, NUMPY))),
        reference="Nowozin, Cseke, Tomioka 2016, arXiv:1606.00709",
        decision=f.decision,
        options=("divergence",),
        configure=f_divergence,
        order=70,
    )


LOSSES.register(f_divergence())
