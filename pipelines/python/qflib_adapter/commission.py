"""Hindcast's fees as a QF-Lib commission model: each component rounded half up per order, by the rules of the day."""
from qf_lib.backtesting.execution_handler.commission_models.commission_model import CommissionModel

from .sizing import fees_minor


class HindcastCommission(CommissionModel):
    """`rules_now`: gives the Rules of the session that is being filled. Prices in major units with two decimals, money out too."""

    def __init__(self, rules_now):
        self.rules_now = rules_now

    def calculate_commission(self, fill_quantity, fill_price):
        quantity = abs(int(fill_quantity))
        side = "buy" if fill_quantity > 0 else "sell"
        return fees_minor(self.rules_now(), side, quantity, quantity * round(fill_price * 100)) / 100
