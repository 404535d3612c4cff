"""The tutorial's networks in a plain PyTorch loop: `python pytorch_dcgan.py SECONDS BATCH`.

Prints real pictures per second. The pictures are noise: what they show costs no time.
"""

from __future__ import annotations

import sys
import time

import torch  # type: ignore[import-not-found,unused-ignore]
from torch import nn  # type: ignore[import-not-found,unused-ignore]
from torch.nn.functional import softplus  # type: ignore[import-not-found,unused-ignore]

seconds, n = float(sys.argv[1]), int(sys.argv[2])
LATENT, SLOPE = 100, 0.3

torch.manual_seed(1)
generator = nn.Sequential(
    nn.Linear(LATENT, 7 * 7 * 256, bias=False),
    nn.BatchNorm1d(7 * 7 * 256),
    nn.LeakyReLU(SLOPE),
    nn.Unflatten(1, (256, 7, 7)),
    nn.ConvTranspose2d(256, 128, 5, stride=1, padding=2, bias=False),
    nn.BatchNorm2d(128),
    nn.LeakyReLU(SLOPE),
    nn.ConvTranspose2d(128, 64, 5, stride=2, padding=2, output_padding=1, bias=False),
    nn.BatchNorm2d(64),
    nn.LeakyReLU(SLOPE),
    nn.ConvTranspose2d(64, 1, 5, stride=2, padding=2, output_padding=1, bias=False),
    nn.Tanh(),
)
discriminator = nn.Sequential(
    nn.Conv2d(1, 64, 5, stride=2, padding=2),
    nn.LeakyReLU(SLOPE),
    nn.Dropout(0.3),
    nn.Conv2d(64, 128, 5, stride=2, padding=2),
    nn.LeakyReLU(SLOPE),
    nn.Dropout(0.3),
    nn.Flatten(),
    nn.Linear(7 * 7 * 128, 1),
)
g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-4)
d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=1e-4)
x_all = torch.rand(10_000, 1, 28, 28) * 2 - 1


def step() -> None:
    x_real = x_all[torch.randint(len(x_all), (n,))]
    x_fake = generator(torch.randn(n, LATENT))
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


step()
began, n_steps = time.perf_counter(), 0
while time.perf_counter() - began < seconds:
    step()
    n_steps += 1
print(n * n_steps / (time.perf_counter() - began))
