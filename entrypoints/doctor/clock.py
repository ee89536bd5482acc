"""Compares this machine's clock with those of others: tokens hold for minutes."""

from datetime import timedelta

from entrypoints.doctor.findings import Finding, error, ok, warning

_NOTICED = timedelta(seconds=2)
_TOO_MUCH = timedelta(seconds=30)
_ADVICE = "Let both machines set their clocks by NTP (timedatectl shows whether this one does)."


def clock(who: str, ahead: timedelta) -> Finding:
    """What is to be said of a clock that is that far before ours, or behind it if negative."""
    seconds = round(abs(ahead).total_seconds())
    side = "behind" if ahead > timedelta() else "ahead of"
    text = f"this machine's clock is {seconds} s {side} that of {who}"
    if abs(ahead) > _TOO_MUCH:
        return error("clock", f"{text}: good tokens are refused, or bad ones accepted", _ADVICE)
    if abs(ahead) > _NOTICED:
        return warning("clock", text, _ADVICE)
    return ok("clock", f"this machine's clock agrees with that of {who}")
