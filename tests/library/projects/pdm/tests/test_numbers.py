import unittest


class Numbers(unittest.TestCase):
    def test_a_number(self):
        self.assertEqual(6 * 7, 42)
