"""The same game as a plain eager PyTorch loop: `python pytorch_loop.py SECONDS BATCH UNITS LR B1`.

Prints steps per second. Three blobs, two hidden layers in each network, non-saturating loss.
"""

from __future__ import annotations

import sys
import time

import torch  # type: ignore[import-not-found,unused-ignore]
from torch import nn  # type: ignore[import-not-found,unused-ignore]
from torch.nn.functional import softplus  # type: ignore[import-not-found,unused-ignore]

seconds, batch, units, learning_rate, beta_1 = map(float, sys.argv[1:])
n, width = int(batch), int(units)


def network() -> nn.Module:
    """Two numbers in; two hidden layers; the caller adds what comes out."""
    slope = 0.2
    return nn.Sequential(
        nn.Linear(2, width), nn.LeakyReLU(slope), nn.Linear(width, width), nn.LeakyReLU(slope)
    )


torch.manual_seed(1)
generator = nn.Sequential(*network(), nn.Linear(width, 2))
discriminator = nn.Sequential(*network(), nn.Linear(width, 1))
rates = {"lr": learning_rate, "betas": (beta_1, 0.999)}
g_optimizer = torch.optim.Adam(generator.parameters(), **rates)
d_optimizer = torch.optim.Adam(discriminator.parameters(), **rates)
centers = torch.tensor([[0.0, 0.9], [-0.8, -0.4], [0.8, -0.7]])
x_all = centers[torch.randint(3, (20_000,))] + 0.1 * torch.randn(20_000, 2)


def step() -> None:
    x_real = x_all[torch.randint(len(x_all), (n,))]
    x_fake = generator(torch.randn(n, 2))
    d_loss = (
        softplus(-discriminator(x_real)).mean() + softplus(discriminator(x_fake.detach())).mean()
    )
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_loss = softplus(-discriminator(x_fake)).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()


for _ in range(50):
    step()
began, n_steps = time.perf_counter(), 0
while time.perf_counter() - began < seconds:
    step()
    n_steps += 1
print(n_steps / (time.perf_counter() - began))
