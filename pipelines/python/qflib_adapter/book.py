"""Lots of one instrument: what is held, what it cost with fees, and what T+1 lets go."""


class Book:
    """Lots leave first in, first out. Days are any ordered values; cost in minor units, unrounded."""

    def __init__(self):
        self.lots = []

    @property
    def quantity(self):
        return sum(quantity for quantity, _, _ in self.lots)

    @property
    def cost(self):
        return sum(cost for _, _, cost in self.lots)

    def buy(self, quantity, cost, day):
        self.lots.append((quantity, day, cost))

    def sell(self, quantity):
        while quantity > 0:
            held, day, cost = self.lots[0]
            gone = min(held, quantity)
            if gone == held:
                self.lots.pop(0)
            else:
                self.lots[0] = (held - gone, day, cost - cost * gone / held)
            quantity -= gone

    def sellable(self, day, settlement_sessions):
        """Shares that may be sold on `day`: with T+1, those bought before it."""
        return sum(quantity for quantity, bought, _ in self.lots if settlement_sessions == 0 or bought < day)
