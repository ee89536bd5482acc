"""What a Taskhaven in process has counted."""

from entrypoints.container import Container
from tests.figures import Figures

REQUESTS, PROBLEMS = "taskhaven_requests_total", "taskhaven_problems_total"


def figures(made: Container) -> Figures:
    return Figures.read(made.meter().text().decode())


def counted(made: Container) -> dict[tuple[str, str, str], float]:
    """How often each route, method and status was answered."""
    return {
        (each.labels["route"], each.labels["method"], each.labels["status"]): each.value
        for each in figures(made).samples(REQUESTS)
    }


def problems(made: Container) -> dict[str, float]:
    return {each.labels["code"]: each.value for each in figures(made).samples(PROBLEMS)}
