"""Streams that have nothing to say, more and more of them at one worker."""

from collections.abc import Sequence

from benchmarks.growth.figures import Figure, Line, Panel, Point
from benchmarks.growth.plan import Plan
from benchmarks.growth.storages import Place
from benchmarks.idle_streams import Look, looks

_MIB = 2**20


async def by_streams(_: Place, plan: Plan) -> Figure:
    """Memory, processor time, and how soon a write is heard of."""
    found = await looks(plan.streams, plan.stream_seconds)
    how = (
        f"`taskhaven serve` on SQLite with one worker, looked at for {plan.stream_seconds:g} s "
        "with each number of streams; then one more user listens, and writes a few times."
    )
    panels = [
        _panel("Memory of the worker", "MiB", [(each, [each.memory / _MIB]) for each in found]),
        _panel("Processor, nothing happening", "%", [(each, [each.busy * 100]) for each in found]),
        _panel("Until a write is heard of", "ms", [(each, each.heard) for each in found]),
    ]
    title = "What idle streams cost a worker, by how many there are"
    return Figure("streams", title, "streams open", "linear", how, panels)


def _panel(title: str, unit: str, found: list[tuple[Look, Sequence[float]]]) -> Panel:
    points = [Point.of(look.streams, values) for look, values in found]
    return Panel(title, unit, [Line("idle streams", points)])
