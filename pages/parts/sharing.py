"""How others come to a page: its address in this network, to type, or as a QR code to scan."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

import psutil
import segno
import streamlit as st

from pages.parts.prose import _

# As large as the screen allows, for the last row: dialogs scroll, which nobody does for a camera.
_LARGE = """<style>
[data-testid="stDialog"] img {
    max-height: calc(100svh - 12rem); object-fit: contain; background: white;
}
[data-testid="stDialog"] code { font-size: 1.3rem; }
</style>"""
CODE_PIXELS = 440
QUIET_ZONE = 4  # modules of white around a code, without which no camera finds it
ELSEWHERE = ("192.0.2.1", 9)  # an address that nobody has (RFC 5737)


def network_host() -> str | None:
    """The address of this computer for others in its network; None where it is in none.

    Looked up each time: a laptop is carried from network to network while the app runs.
    """
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(ELSEWHERE)  # sends nothing, but says through which network it would go
        return str(probe.getsockname()[0])
    # A network that leads nowhere else, as a switch and some laptops.
    connected = {name for name, state in psutil.net_if_stats().items() if state.isup}
    addresses = (
        each.address
        for name, of_interface in psutil.net_if_addrs().items()
        for each in of_interface
        if name in connected and each.family == socket.AF_INET
    )
    return next((each for each in addresses if not _is_this_computer(each)), None)


def address(query: Mapping[str, str], *, home: bool = False) -> str | None:
    """Where others find this page, or the first one; None where they cannot come here."""
    url = urlsplit(st.context.url or "")
    served_at = _netloc_for_others(url)
    if served_at is None:
        return None
    path = url.path.rpartition("/")[0] + "/" if home else url.path
    return url._replace(netloc=served_at, path=path, query=urlencode(query), fragment="").geturl()


def _netloc_for_others(url: SplitResult) -> str | None:
    if not _is_this_computer(url.hostname or "localhost"):
        return url.netloc  # as the browser has found it, so will others
    serves_this_computer_alone = _is_this_computer(st.get_option("server.address") or "")
    host = None if serves_this_computer_alone else network_host()
    return host and (f"{host}:{url.port}" if url.port else host)


def _is_this_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def scan_button(query: Mapping[str, str], *, home: bool = False) -> None:
    """Draw a button that shows where others find this page, or the first, as the query says."""
    if st.button(_("QR code"), icon=":material/qr_code_2:"):
        st.dialog(_("On other devices"), width="large")(_show)(address(query, home=home))


def _show(where: str | None) -> None:
    """Draw an address as a code for cameras, and to be typed."""
    if where is None:
        st.info(
            _(
                "Other devices cannot reach this page: this computer is not on any network, or the "
                "app serves this computer alone. Join a network, and press the button again."
            ),
            icon=":material/wifi_off:",
        )
        return
    st.html(_LARGE)
    with st.container(horizontal=True):
        with contextlib.suppress(segno.DataOverflowError):  # longer than any code: to be sent
            code = segno.make(where, micro=False)
            st.image(
                code.svg_inline(border=QUIET_ZONE, light="#fff", omitsize=True),
                alt=_("QR code of the address beside it"),
                width=CODE_PIXELS,
            )
        with st.container(width="stretch"):
            st.code(where, language=None, wrap_lines=True)
            st.caption(_("On the same network: scan the code with a camera, or type the address."))
