"""Figures: arrays or records to Plotly figures; pure functions.

A live figure says in each trace's `meta` which channels feed it: `{"append": {"x": …, "y": …}}` for
curves that grow, `{"replace": {"x": …}}` for what each frame replaces. The page's script does the
rest, so that a figure is declared here alone.
"""
