"""Exports: what one takes home of a run. One module per kind of file."""
