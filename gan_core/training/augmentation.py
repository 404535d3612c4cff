"""Differentiable augmentation, arXiv:2006.10738: D sees each picture moved, tinted and cut.

Real and generated pictures go through the same kind of change, and G's gradient goes back through
it: D cannot learn a small set by heart, and G does not learn the changes.
"""

from __future__ import annotations

import tensorflow as tf

MOST_MOVED = 1 / 8  # of the side, in each direction
CUT = 1 / 2  # of the side: the square that is cut out


def augmented(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Pictures (batch, side, side, channels) in [−1, 1], each changed in its own way.

    The policies "color", "translation" and "cutout" of the paper, in this order. The shape stays;
    values may leave the range. `seed` (2,) decides all.
    """
    color, translation, cutout = tf.unstack(tf.random.split(seed, 3))
    return _cut(_moved(_tinted(x, color), translation), cutout)


def _tinted(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Another brightness, saturation (of colours) and contrast."""
    brightness, saturation, contrast = tf.unstack(
        tf.random.stateless_uniform([3, x.shape[0], 1, 1, 1], seed)
    )
    x += brightness - 0.5
    if x.shape[-1] > 1:
        grey = tf.reduce_mean(x, axis=-1, keepdims=True)
        x = (x - grey) * 2.0 * saturation + grey
    mean = tf.reduce_mean(x, axis=[1, 2, 3], keepdims=True)
    return (x - mean) * (contrast + 0.5) + mean


def _moved(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Up to an eighth of the side up or down and to a side; what comes in is 0, a medium grey."""
    n, side = x.shape[0], x.shape[1]
    most = round(side * MOST_MOVED)
    down, right = tf.unstack(
        tf.random.stateless_uniform([2, n, 1, 1], seed, -most, most + 1, tf.int32)
    )
    # A move as a matrix of zeros and ones: quicker to take back than a gather is, XLA or not.
    place = tf.range(side)
    rows = tf.cast(place[:, tf.newaxis] - down == place, x.dtype)  # (n, side, side)
    columns = tf.cast(place[:, tf.newaxis] - right == place, x.dtype)
    return tf.einsum("nij,njkc,nlk->nilc", rows, x, columns)


def _cut(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """With a square of 0 somewhere, half as wide as the picture; its edge may lie outside."""
    n, side = x.shape[0], x.shape[1]
    size = round(side * CUT)
    middle = tf.random.stateless_uniform([2, n, 1], seed, 0, side + 1 - size % 2, tf.int32)
    place = tf.range(side)
    first = middle - size // 2
    inside = (first <= place) & (place < first + size)  # (2, n, side): rows, columns
    cut = inside[0, :, :, tf.newaxis] & inside[1, :, tf.newaxis, :]  # (n, side, side)
    return tf.where(cut[..., tf.newaxis], tf.zeros([], x.dtype), x)
