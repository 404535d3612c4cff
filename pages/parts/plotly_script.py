"""Plotly's script: where it lies, where browsers get it, and what loads it there."""

from __future__ import annotations

from pathlib import Path

import plotly

FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
# Browsers keep it for a year: another version of Plotly needs another address.
ADDRESS = f"scripts/plotly-{plotly.__version__}.min.js"
LOADER = (
    Path(__file__).with_name("plotly.js").read_text("utf-8").replace("{plotly_address}", ADDRESS)
)
