"""Checks of who can reach the service, and what it believes of them."""

from collections.abc import Iterator

from entrypoints.doctor.findings import Finding, ok, warning
from entrypoints.settings import Settings


def environment(settings: Settings) -> Iterator[Finding]:
    """Whether what is reached from elsewhere is run for it."""
    if settings.environment == "development" and not settings.loopback:
        yield warning(
            "environment",
            "ENVIRONMENT is development, but HOST lets other machines in",
            "Set ENVIRONMENT=production, which reads no .env and makes no secret.",
        )
    else:
        yield ok("environment", f"ENVIRONMENT is {settings.environment}")


def proxies(settings: Settings) -> Iterator[Finding]:
    """Whether clients behind a proxy can be told apart."""
    if settings.loopback:
        yield ok("proxies", "only this machine can connect")
    elif settings.trusted_proxies:
        yield ok("proxies", "TRUSTED_PROXIES names those that are believed")
    else:
        yield warning(
            "proxies",
            "TRUSTED_PROXIES is not set: behind a proxy, all clients would count as one address",
            "Set TRUSTED_PROXIES to the proxy's addresses, unless clients connect directly.",
        )


def metrics(settings: Settings) -> Iterator[Finding]:
    """Whether numbers can be read, and by whom."""
    if settings.metrics_token is not None:
        yield ok("metrics", "/metrics takes METRICS_TOKEN")
    elif settings.loopback:
        yield from _metrics_on_loopback(settings)
    else:
        yield ok("metrics", "/metrics is closed to everybody, since METRICS_TOKEN is not set")


def _metrics_on_loopback(settings: Settings) -> Iterator[Finding]:
    if settings.environment == "production":
        yield warning(
            "metrics",
            "/metrics is open to this machine, and to all whom a proxy on it lets through",
            "Set METRICS_TOKEN, or keep the proxy from that path, as deploy/nginx.conf does.",
        )
    else:
        yield ok("metrics", "/metrics is open to this machine alone")


def origins(settings: Settings) -> Iterator[Finding]:
    """Whether the web pages that may call came by a way that nobody could change."""
    plain = [origin for origin in settings.cors_origins if origin.startswith("http://")]
    if plain and settings.environment == "production":
        yield warning(
            "origins",
            f"pages without TLS may call: {', '.join(plain)}",
            "Serve these pages over https://, and name them so in CORS_ORIGINS.",
        )
    else:
        pages = len(settings.cors_origins)
        yield ok("origins", f"pages of {pages or 'no'} other origins may call (CORS_ORIGINS)")
