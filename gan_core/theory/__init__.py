"""What can be known without training: divergences, the optimal discriminator, and GANs so small
that their dynamics are exact. Without TensorFlow. Divergences are in nats.
"""
