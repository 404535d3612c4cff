"""Finds writes of variables that do not wait, in the graphs that TensorFlow executes.

Such a race is lost once in a thousand runs, and then the run differs a little. So not the numbers
are looked at but the graph, as the graph optimizer has left it: of a variable's read and its write,
one must wait for the other.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tensorflow.python.eager import context


def graphs_of(work: Callable[[], Any]) -> list[list[Any]]:
    """The nodes of each graph that is compiled during the work, as it is executed."""
    context.context().enable_graph_collection()
    try:
        work()
        compiled = context.context().export_run_metadata().function_graphs
    finally:
        context.context().disable_graph_collection()
    return [list(each.post_optimization_graph.node) for each in compiled]


def name_of(edge: str) -> str:
    return edge.lstrip("^").split(":")[0]


def races(nodes: list[Any]) -> list[tuple[str, str]]:
    """Pairs of a write of a variable and a read or write of it, neither of which waits."""
    # The way back to a loop's begin is left out: by it, everything would come before everything.
    by_name = {node.name: node for node in nodes if node.op != "NextIteration"}

    def before(node: Any) -> set[str]:
        found, left = set[str](), [node]
        while left:
            for name in map(name_of, left.pop().input):
                if name in by_name and name not in found:
                    found.add(name)
                    left.append(by_name[name])
        return found

    def variable(node: Any) -> str:
        while node.op in ("ReadVariableOp", "Identity", "Enter") or node.op.startswith("Assign"):
            node = by_name[name_of(node.input[0])]
        return str(node.name)

    users = defaultdict(list)
    for node in nodes:
        if node.op == "ReadVariableOp" or node.op.startswith("Assign"):
            users[variable(node)].append(node)
    return [
        (one.name, other.name)
        for each in users.values()
        for one, other in itertools.combinations(each, 2)
        if not one.op == other.op == "ReadVariableOp"
        and one.name not in before(other)
        and other.name not in before(one)
    ]


def races_during(work: Callable[[], Any]) -> list[tuple[str, str]]:
    """The races of everything that is compiled during the work; there must be some writes."""
    graphs = graphs_of(work)
    assert any(node.op.startswith("Assign") for nodes in graphs for node in nodes)
    return [race for nodes in graphs for race in races(nodes)]
