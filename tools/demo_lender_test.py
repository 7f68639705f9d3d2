import importlib.machinery
import importlib.util
import math
import os
import unittest

loader = importlib.machinery.SourceFileLoader("demo_lender", os.path.join(os.path.dirname(__file__), "demo_lender"))
demo = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo_lender", loader))
loader.exec_module(demo)


def normal_tail(z):
    return 0.5 * math.erfc(z / math.sqrt(2))


def documented_rate(age):
    rate = 0.0
    for income, share in demo.INCOMES:
        for customer, part in ((0.0, 0.6), (demo.CUSTOMER_BONUS, 0.4)):
            # A score is rounded to three places, so 0.6995 is approved already.
            z = (demo.THRESHOLD - 0.0005 - demo.REPAY[income] - customer - demo.AGE_BIAS[age]) / demo.NOISE
            rate += share * part * normal_tail(z)
    return rate


class Lender(unittest.TestCase):
    def setUp(self):
        self.rows = list(demo.rows())

    def test_the_same_rows_every_time(self):
        self.assertEqual(self.rows, list(demo.rows()))
        self.assertEqual(len(self.rows), demo.ROWS)

    def test_the_bias_is_the_documented_one(self):
        for age, _ in demo.AGE_GROUPS:
            group = [row for row in self.rows if row[1] == age]
            found, expected = sum(row[7] == "1" for row in group) / len(group), documented_rate(age)
            error = math.sqrt(expected * (1 - expected) / len(group))
            self.assertLess(abs(found - expected), 4 * error, f"{age}: {found:.3f} against {expected:.3f}")

    def test_repaying_has_nothing_to_do_with_age(self):
        rates = [sum(r[8] == "1" for r in group) / len(group) for group in ([r for r in self.rows if r[1] == age] for age, _ in demo.AGE_GROUPS)]
        self.assertLess(max(rates) - min(rates), 0.08)


if __name__ == "__main__":
    unittest.main()
