"""Generative adversarial networks: how they are configured, trained, stored and drawn.

Nothing here knows of the web page; `python -m gan_core` gives the same power from a shell.
"""
