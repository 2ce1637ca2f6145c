import unittest

from price import shown


class Price(unittest.TestCase):
    def test_cents_become_euros(self):
        self.assertEqual(shown(1999), "19.99 €")
        self.assertEqual(shown(5), "0.05 €")


if __name__ == "__main__":
    unittest.main()
