import unittest

from prices import PRICES


class Prices(unittest.TestCase):
    def test_nothing_is_free(self):
        self.assertTrue(all(price > 0 for price in PRICES.values()))
