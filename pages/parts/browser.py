"""What the browser itself is asked for, beyond what Streamlit asks of it."""

from __future__ import annotations

import streamlit as st

from pages.parts.prose import language

# Streamlit says of the page alone whether it is dark, not of what opens above it: dialogs, menus.
# Streamlit gives each change of a setting an entry in the browser's history: "back" would undo
# them one by one, which the page then writes anew, and nobody would get back to the page before.
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
}}</script>"""


def tell_browser() -> None:
    """Name the page's language, for screen readers, and its theme; let "back" leave the page."""
    st.html(_SCRIPT.format(language=language()), unsafe_allow_javascript=True)
