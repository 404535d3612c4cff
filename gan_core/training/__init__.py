"""Training: the only place that imports TensorFlow to step an optimizer."""

import os

# What goes wrong in its C++ comes as an exception too; what it logs is mostly of GPUs that are not
# there. Read at its first import.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
