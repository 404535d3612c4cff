"""Build it yourself: the blocks that are shown are the exported program, and nothing else."""

from __future__ import annotations

import ast

import pytest

from gan_core.export.program import program_of
from gan_core.export.script import script
from gan_core.presets import PRESETS
from tests.page_visit import visit

pytestmark = pytest.mark.usefixtures("store")


@pytest.mark.parametrize("preset", ["digits_mlp", "ring_mlp", "digits_dcgan"])
def test_blocks_put_together_are_the_exported_program(preset: str) -> None:
    app = visit("build_it", preset=preset)
    assert not app.exception
    program = program_of(PRESETS[preset].config, PRESETS[preset].title)
    blocks = [block.value for block in app.code if block.language == "python"]
    assert blocks == [section.code.strip("\n") for section in program.sections]
    assert ast.dump(ast.parse("\n\n".join(blocks))) == ast.dump(ast.parse(script(program)))


def test_every_block_has_a_title_and_an_explanation() -> None:
    app = visit("build_it")
    assert len(app.subheader) == sum(block.language == "python" for block in app.code) > 8
    assert len({each.value for each in app.subheader}) == len(app.subheader)
