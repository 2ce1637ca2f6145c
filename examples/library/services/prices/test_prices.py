from prices import PRICES


def test_nothing_is_free():
    assert all(price > 0 for price in PRICES.values())
