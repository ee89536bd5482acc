"""Checks of the key sets that issuers publish, by fetching them."""

from collections.abc import Iterator

from application.errors import Unavailable
from application.inspection import KeySetInspection
from entrypoints.doctor.clock import clock
from entrypoints.doctor.findings import Finding, error, ok
from entrypoints.settings.issuers import KeySetIssuer


def key_set(issuer: KeySetIssuer, inspect: KeySetInspection) -> Iterator[Finding]:
    """Whether an issuer's keys can be had and used, and what its clock says."""
    try:
        seen = inspect(issuer.jwks_url)
    except Unavailable as away:
        yield error(
            "keys",
            f"the keys of issuer {issuer.name} cannot be fetched: {away}",
            "See whether its address is right, and whether it can be reached from here.",
        )
        return
    wanted = {*issuer.algorithms}
    fit = [algorithms & wanted for algorithms in seen.keys if algorithms & wanted]
    if fit:
        names = ", ".join(sorted({name for algorithms in fit for name in algorithms}))
        yield ok("keys", f"issuer {issuer.name} has usable keys: {len(fit)}, for {names}")
    else:
        yield error(
            "keys",
            f"none of the {len(seen.keys)} sound keys of issuer {issuer.name} is for "
            f"{', '.join(issuer.algorithms)}",
            "See what its keys are for, and name that in JWT_ALGORITHMS (or algorithms).",
        )
    if seen.clock_ahead is not None:
        yield clock(f"issuer {issuer.name}", seen.clock_ahead)
