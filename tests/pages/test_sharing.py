"""How others come to a page: which address they are told."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from types import SimpleNamespace
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
import streamlit as st

from pages.parts import sharing
from tests.page_visit import button, visit

HERE = "10.1.2.3"


@pytest.fixture
def opened_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The teacher's own browser is on the computer that serves; it is in a network."""
    open_at(monkeypatch, "http://localhost:8501/does_it_settle")
    monkeypatch.setattr(sharing, "network_host", lambda: HERE)


def open_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(type(st.context), "url", url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://localhost:8501/train", f"http://{HERE}:8501/train?seed=7"),
        ("http://127.0.0.1:8501/train?seed=1", f"http://{HERE}:8501/train?seed=7"),
        ("http://[::1]:8501/train", f"http://{HERE}:8501/train?seed=7"),
        ("http://localhost/train", f"http://{HERE}/train?seed=7"),
        ("https://gan.school.example/dojo/train", "https://gan.school.example/dojo/train?seed=7"),
        ("http://192.168.1.5:8501/train", "http://192.168.1.5:8501/train?seed=7"),
    ],
)
def test_others_are_told_an_address_that_leads_here(
    url: str, told: str, opened_at: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_at(monkeypatch, url)
    assert sharing.address({"seed": "7"}) == told


@pytest.mark.parametrize("base", ["http://localhost:8501", "https://gan.school.example/dojo"])
def test_first_page_is_found_from_any_other(
    base: str, opened_at: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_at(monkeypatch, f"{base}/classroom")
    told = sharing.address({"lang": "zh"}, home=True)
    assert told == f"{base.replace('localhost', HERE)}/?lang=zh"


def test_what_is_served_to_this_computer_alone_has_no_address(
    opened_at: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "get_option", {"server.address": "127.0.0.1"}.get)
    assert sharing.address({}) is None


# ------------------------------------------------------------------------------ this computer


def without_way_out(monkeypatch: pytest.MonkeyPatch, addresses: Mapping[str, str]) -> None:
    """No network leads elsewhere; these interfaces (name to address) are all there are."""

    def unreachable(*_: object) -> NoReturn:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", unreachable)
    found = {
        name: [SimpleNamespace(family=socket.AF_INET6, address="fe80::1"), of_ip4(address)]
        for name, address in addresses.items()
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)
    is_up = {name: SimpleNamespace(isup=name != "unplugged") for name in addresses}
    monkeypatch.setattr(psutil, "net_if_stats", lambda: is_up)


def of_ip4(address: str) -> SimpleNamespace:
    return SimpleNamespace(family=socket.AF_INET, address=address)


def test_a_network_that_leads_nowhere_else_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    without_way_out(monkeypatch, {"lo": "127.0.0.1", "unplugged": "10.9.9.9", "eth0": HERE})
    assert sharing.network_host() == HERE


def test_a_computer_by_itself_is_in_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    without_way_out(monkeypatch, {"lo": "127.0.0.1", "unplugged": HERE})
    assert sharing.network_host() is None


def test_way_out_has_an_address_of_this_computer() -> None:
    found = sharing.network_host()
    mine = {each.address for some in psutil.net_if_addrs().values() for each in some}
    assert found is None or found in mine


# ------------------------------------------------------------------------------ on pages


def query_of(address: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def test_students_get_the_state_of_a_lesson_without_what_is_the_teachers(opened_at: None) -> None:
    app = visit(
        "does_it_settle", lang="zh", view="projector", hands="True", progress="abc", n_steps="100"
    )
    button(app, "二维码").click().run()
    (shown,) = (each.value for each in app.code if each.value.startswith(f"http://{HERE}"))
    assert query_of(shown) == {"lang": "zh", "n_steps": "100"}


def test_others_come_to_what_is_set_on_train(opened_at: None) -> None:
    app = visit("train", seed="7")
    button(app, "QR code").click().run()
    (shown,) = (each.value for each in app.code if each.value.startswith(f"http://{HERE}"))
    assert query_of(shown) == {"lang": "en", "preset": "digits_dcgan", "seed": "7"}


def test_link_for_a_lesson_brings_nobody_the_progress_of_another(opened_at: None) -> None:
    app = visit("playground", progress="abc", seed="7")
    app.multiselect(key="hide").set_value(["seed"]).run()
    assert "progress" not in query_of(app.code[0].value)
    assert query_of(app.code[0].value)["hide"] == "seed"


def test_who_is_in_no_network_is_told_so(opened_at: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "network_host", lambda: None)
    app = visit("classroom")
    button(app, "QR code").click().run()
    assert "Join a network" in app.info[-1].value
    assert not app.code


def test_an_address_too_long_for_any_code_can_still_be_sent(opened_at: None) -> None:
    app = visit("playground", name="x" * 4000)
    button(app, "QR code").click().run()
    assert not app.exception
    assert len(app.code[-1].value) > 4000
    assert not app.get("imgs")


def test_students_come_to_the_lesson_and_not_to_the_teacher_s_question(opened_at: None) -> None:
    app = visit("does_it_settle", question="2", n_steps="100")
    button(app, "QR code").click().run()
    (shown,) = (each.value for each in app.code if each.value.startswith(f"http://{HERE}"))
    assert query_of(shown) == {"lang": "en", "n_steps": "100"}
