"""Prices in cents."""


def shown(cents):
    """Cents as a person reads them: 1999 is "19.99 €"."""
    if cents < 0:
        return "-" + shown(-cents)
    return f"{cents // 100}.{cents % 100:02} €"
