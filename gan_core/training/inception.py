"""Inception-v3 as Keras has it, for the true FID: Heusel et al. 2017, arXiv:1706.08500.

Published values come from the weights of 2015 that Heusel et al. used; Keras has others, so that
values from here compare with each other only.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_core.downloads import GOOGLE, check_that_it_answers, give_up_when_it_stalls
from gan_core.text import N_, GanError

FILE = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
SIDE = 299
N_FEATURES = 2048
AT_ONCE = 20  # pictures


def features(x: np.ndarray, network: keras.Model) -> np.ndarray:
    """Pooled features (n, 2048) of float32 pictures (n, h, w, 1 or 3) in [−1, 1]; NaN is grey."""
    x = np.nan_to_num(np.asarray(x, np.float32), posinf=1.0, neginf=-1.0)
    parts = [x[start : start + AT_ONCE] for start in range(0, len(x), AT_ONCE)]
    return np.concatenate([network(_enlarged(part), training=False).numpy() for part in parts])


def _enlarged(x: np.ndarray) -> tf.Tensor:
    """Pictures (n, 299, 299, 3) as the network takes them, which is in [−1, 1] too."""
    grown = tf.image.resize(tf.clip_by_value(x, -1.0, 1.0), [SIDE, SIDE])
    return tf.image.grayscale_to_rgb(grown) if x.shape[-1] == 1 else grown


@functools.cache
def inception() -> keras.Model:
    """The network with ImageNet's weights, loaded once; raises `GanError` where it cannot be had.

    The weights lie in GAN_DATA_DIR or in Keras' cache, or are downloaded.
    """
    own = Path(os.environ.get("GAN_DATA_DIR", "")) / FILE
    cached = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models" / FILE
    try:
        if own.exists():
            return build(str(own))
        if not cached.exists():
            check_that_it_answers(GOOGLE)
            give_up_when_it_stalls()
        return build("imagenet")
    except Exception as error:  # Keras raises plain Exception for every network failure
        raise GanError(
            N_(
                "FID is not available here, because the weights of Inception-v3 are not on this "
                "computer and could not be loaded ({reason}). Connect the computer to the internet "
                "once, or put the file {file} into a folder and set GAN_DATA_DIR to that folder."
            ),
            reason=str(error) or type(error).__name__,
            file=FILE,
        ) from error


def build(weights: str | None) -> keras.Model:
    """The network up to its pooled features, with weights as Keras names them; None: random."""
    return keras.applications.InceptionV3(
        include_top=False, weights=weights, pooling="avg", input_shape=(SIDE, SIDE, 3)
    )
