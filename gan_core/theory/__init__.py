"""What can be known without training: divergences, the optimal discriminator, and GANs so small
that their dynamics are exact. NumPy only. Divergences are in nats.
"""
