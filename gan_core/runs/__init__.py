"""Runs: where they are kept (store), executed (engine, job) and watched (stream)."""
