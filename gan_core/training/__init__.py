"""Training: the only place that imports TensorFlow to step an optimizer."""
