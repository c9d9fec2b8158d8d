"""From an action to a quantity, on integers, as Hindcast's `toOrder`: fees included, lots, T+1, and its typed refusals."""
from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Rules:
    """What binds one instrument in one session: the fields of Hindcast's SessionRules that sizing and fees need."""

    buy_minimum: int
    buy_step: int
    sell_step: int
    # sessions until bought shares may be sold
    settlement_sessions: int
    # dicts {side, basis, rate: {numerator, denominator}, minimumMinor, maximumMinor}
    fees: tuple

    @staticmethod
    def of(row):
        return Rules(row["buyMinimum"], row["buyStep"], row["sellStep"], row["settlementSessions"], tuple(row["fees"]))


@dataclass(frozen=True)
class Sized:
    """Signed shares: positive buys; 0 with a reason when the action asked for something that can't be done, or for nothing."""

    quantity: int
    reason: Optional[str] = None


def fees_minor(rules, side, quantity, notional):
    """Each component rounds half up on its own; minimum and maximum hold per order."""
    total = 0
    for fee in rules.fees:
        if fee["side"] not in ("both", side):
            continue
        base = notional if fee["basis"] == "notional" else quantity
        numerator, denominator = fee["rate"]["numerator"], fee["rate"]["denominator"]
        amount = max((2 * base * numerator + denominator) // (2 * denominator), fee["minimumMinor"])
        total += min(amount, fee["maximumMinor"]) if fee["maximumMinor"] > 0 else amount
    return total


def affordable(cash, price, rules):
    """Largest quantity in lots that costs, with fees, at most `cash` minor units at `price` minor units a share."""

    def cost(lots):
        quantity = rules.buy_minimum + lots * rules.buy_step
        return quantity * price + fees_minor(rules, "buy", quantity, quantity * price)

    if cash <= 0 or price <= 0 or cost(0) > cash:
        return 0
    low, high = 0, 1
    while cost(high) <= cash:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if cost(middle) <= cash else (low, middle)
    return rules.buy_minimum + low * rules.buy_step


def size(action, cash, equity, price, quantity, sellable, rules):
    """`price`: the last close, minor units a share. `rules`: those of the session in which the order can fill."""
    kind = action.size["kind"]
    if kind == "none":
        return Sized(0)
    if kind == "targetWeight":
        return _target(action.size["weight"], cash, equity, price, quantity, sellable, rules)
    fraction, basis = action.size["fraction"], action.size["basis"]
    if action.size["side"] == "sell":
        if basis in ("sellable", "position"):
            wanted = int((sellable if basis == "sellable" else quantity) * fraction)
            return _sell(wanted, fraction == 1, quantity, sellable, rules)
        return _sell(int((cash if basis == "cash" else equity) * fraction) // price, False, quantity, sellable, rules)
    if basis == "cash":
        return _buy(affordable(int(cash * fraction), price, rules), cash, price, rules)
    if basis == "equity":
        return _buy(min(affordable(cash, price, rules), _lots(int(equity * fraction) // price, rules)), cash, price, rules)
    if quantity == 0:
        return Sized(0, "no-position")
    wanted = int((quantity if basis == "position" else sellable) * fraction)
    return _buy(min(affordable(cash, price, rules), _lots(wanted, rules)), cash, price, rules)


def _target(weight, cash, equity, price, quantity, sellable, rules):
    if weight == 0:
        return Sized(0) if quantity == 0 else _sell(quantity, True, quantity, sellable, rules)
    wanted, owned = int(weight * equity), quantity * price
    change = abs(wanted - owned) // price
    if wanted < owned:
        return Sized(0) if change < max(rules.buy_minimum, rules.sell_step) else _sell(change, False, quantity, sellable, rules)
    if quantity > 0 and change < max(rules.buy_minimum, rules.buy_step):
        return Sized(0)
    return _buy(min(affordable(cash, price, rules), _lots(change, rules)), cash, price, rules)


def _lots(quantity, rules):
    return 0 if quantity < rules.buy_minimum else quantity - (quantity - rules.buy_minimum) % rules.buy_step


def _buy(quantity, cash, price, rules):
    if quantity > 0:
        return Sized(quantity)
    return Sized(0, "below-lot" if affordable(cash, price, rules) > 0 else "no-cash")


def _sell(wanted, everything, quantity, sellable, rules):
    if quantity == 0:
        return Sized(0, "no-position")
    if sellable == 0:
        return Sized(0, "not-sellable")
    if everything or wanted >= sellable:
        return Sized(-sellable)
    stepped = wanted - wanted % rules.sell_step
    return Sized(-stepped) if stepped >= rules.buy_minimum else Sized(0, "below-lot")
