"""Counts yesterday's orders."""
import os

orders = [2450, 399, 399]
print(f"{len(orders)} orders, {sum(orders) / 100:.2f} €")
if not os.environ.get("DRY_RUN"):
    print("sent to the office")
