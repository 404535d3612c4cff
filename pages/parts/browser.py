"""What the browser itself is asked for, beyond what Streamlit asks of it."""

from __future__ import annotations

import json

import streamlit as st

from gan_core.text import N_
from pages.parts.prose import _, language

# What Streamlit's own dialogs are called, and what stands there instead: its words are English, and
# meant for who writes an app.
_DIALOGS = {
    "Connection error": (
        N_("The server does not answer"),
        N_(
            "This page asks it again and again, and goes on as soon as it is back. What was "
            "trained is not lost. If it is your computer, start GAN Dojo again there."
        ),
    ),
    "Page not found": (
        N_("There is no such page"),
        N_("The address may have a slip in it. This is the first page."),
    ),
}
# Streamlit says of the page alone whether it is dark, not of what opens above it: dialogs, menus.
# Streamlit gives each change of a setting an entry in the browser's history: "back" would undo
# them one by one, which the page then writes anew, and nobody would get back to the page before.
# The texts of its dialogs are exchanged, not their elements, which are React's.
_SCRIPT = """<script>{{ // a block, for a page in another language brings it once more
    document.documentElement.lang = '{language}';
    const app = document.querySelector('[data-testid=stApp]');
    const followTheme = () =>
        (document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme);
    followTheme();
    window.ganDojoTheme ??= new MutationObserver(followTheme);
    window.ganDojoTheme.observe(app, {{ attributeFilter: ['class'] }});
    history.pushState = function (state, title, url) {{
        const isSamePage = new URL(url, location.href).pathname === location.pathname;
        const enter = isSamePage ? History.prototype.replaceState : History.prototype.pushState;
        enter.call(history, state, title, url);
    }};
    const dialogs = {dialogs};
    const sayInOurWords = () => {{
        for (const title of document.querySelectorAll('[role=dialog] > h2')) {{
            const words = dialogs[title.textContent];
            const message = title.nextElementSibling?.firstElementChild;
            if (!words || !message) continue;
            title.firstChild.nodeValue = words[0];
            message.firstChild.nodeValue = words[1];
            const code = message.nextElementSibling;
            if (code) code.style.display = 'none';
        }}
    }};
    sayInOurWords();
    window.ganDojoDialogs?.disconnect(); // which spoke another language
    window.ganDojoDialogs = new MutationObserver(sayInOurWords);
    window.ganDojoDialogs.observe(document.body, {{ childList: true }});
}}</script>"""


def tell_browser() -> None:
    """Name the page's language, for screen readers, and its theme; let "back" leave the page.

    What Streamlit says by itself is said in the page's language.
    """
    dialogs = {title: [_(each) for each in words] for title, words in _DIALOGS.items()}
    script = _SCRIPT.format(language=language(), dialogs=json.dumps(dialogs))
    st.html(script, unsafe_allow_javascript=True)
