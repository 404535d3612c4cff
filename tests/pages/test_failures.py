"""The failure gallery: every case starts its two runs."""

from __future__ import annotations

import pytest

from gan_core.config import RunConfig
from gan_core.course import LESSONS, to_code
from gan_core.gallery import FAILURES
from gan_core.runs.store import Store
from tests.page_visit import visit


@pytest.mark.parametrize("name", FAILURES)
def test_case_queues_the_failing_run_and_the_cured_one(store: Store, name: str) -> None:
    app = visit("failures")
    app.button(key=name).click().run()
    assert not app.exception
    cured, failing = store.runs()
    assert failing.config.model_dump() == FAILURES[name].config.model_dump()
    assert cured.config.model_dump() == FAILURES[name].cured.model_dump()
    title = FAILURES[name].title
    assert (failing.name, cured.name) == (title, f"{title}: its cure")
    form = {field: app.session_state[field] for field in failing.config.applicable_fields()}
    assert RunConfig.parse(form) == failing.config


@pytest.mark.parametrize("page", ["failures", "challenges"])
def test_what_back_brings_along_from_the_playground_is_dropped(page: str) -> None:
    code = to_code([LESSONS[0].name])
    app = visit(page, lang="zh", run="some", beside="other", dataset="ring", progress=code)
    assert not app.exception
    assert set(app.query_params) == {"lang", "progress"}
