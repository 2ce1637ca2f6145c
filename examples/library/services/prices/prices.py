"""What things cost."""

PRICES = {"nest boxes": 12, "seeds": 3}
