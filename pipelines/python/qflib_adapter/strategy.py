"""A Hindcast policy as a QF-Lib strategy: one instrument, decided on each daily bar after its close, filled at the next open."""
from datetime import date, datetime, timedelta

from qf_lib.backtesting.order.execution_style import MarketOrder
from qf_lib.backtesting.order.time_in_force import TimeInForce
from qf_lib.backtesting.strategies.abstract_strategy import AbstractStrategy
from qf_lib.common.enums.frequency import Frequency
from qf_lib.common.enums.price_field import PriceField

from .book import Book
from .observation import Account, Bar, Observer
from .sizing import fees_minor, size

FIELDS = [PriceField.Open, PriceField.High, PriceField.Low, PriceField.Close, PriceField.Volume]


class HindcastStrategy(AbstractStrategy):
    """
    Prices of the data provider are raw, in major units with two decimals (yuan); volume is in shares. `rules_on(day)` gives the Rules of a
    session, `factor_on(day)` the cumulative total-return factor (1 for ashare14, which reads raw prices), both by datetime.date.
    `first_day`: decisions are taken from that date on; earlier bars warm the indicators up. `decisions` is the record: one dict a bar.
    """

    def __init__(self, ts, ticker, bundle, rules_on, first_day, history_from=datetime(1990, 1, 1), factor_on=lambda day: 1.0):
        super().__init__(ts)
        self.broker, self.order_factory, self.data_provider = ts.broker, ts.order_factory, ts.data_provider
        self.portfolio = ts.portfolio
        self.ticker, self.bundle, self.rules_on, self.factor_on, self.first_day = ticker, bundle, rules_on, factor_on, first_day
        self.observer = Observer(bundle.schema, bundle.features)
        self.book = Book()
        self.read_from, self.last_day, self.last_quantity, self.unchanged = history_from, 0, -1, 0
        self.decisions = []

    def calculate_and_place_orders(self):
        """Any time after the close and before the next open: a bar that is new is decided on; without one, what is pending stays."""
        bars = self._new_bars()
        if not bars:
            return
        # What was pending was filled at the first open since.
        self._take_fill(bars[0])
        day = date.fromordinal(bars[-1].day)
        if day >= self.first_day and self.observer.ready:
            self._decide(bars[-1], day)

    def _new_bars(self):
        # From the last bar on, not after it: for one single date QF-Lib would return another shape.
        frame = self.data_provider.get_price(self.ticker, FIELDS, self.read_from, self.timer.now(), Frequency.DAILY)
        bars = []
        for time, row in zip(frame.index, frame.to_numpy(dtype=float)):
            if time.toordinal() > self.last_day and row[3] > 0:
                bars.append(Bar(time.toordinal(), *row.tolist(), factor=self.factor_on(time.date())))
                self.observer.absorb(bars[-1])
        if bars:
            self.last_day = bars[-1].day
            self.read_from = datetime.fromordinal(self.last_day)
        return bars

    def _take_fill(self, bar):
        """What the broker holds beyond the book was filled at this bar's open."""
        day = date.fromordinal(bar.day)
        held = sum(int(position.quantity()) for position in self.broker.get_positions() if position.ticker() == self.ticker)
        change = held - self.book.quantity
        notional = abs(change) * round(bar.open * 100)
        if change > 0:
            self.book.buy(change, notional + fees_minor(self.rules_on(day), "buy", change, notional), day)
        elif change < 0:
            self.book.sell(-change)

    def _decide(self, bar, day):
        price, cash, quantity = round(bar.close * 100), round(self.portfolio.current_cash * 100), self.book.quantity
        # The session of the fill is not known yet; any later day is after all that is held.
        rules = self.rules_on(day + timedelta(days=1))
        sellable = self.book.sellable(day + timedelta(days=1), rules.settlement_sessions)
        self.unchanged = self.unchanged + 1 if quantity == self.last_quantity else 0
        self.last_quantity = quantity
        value = quantity * price
        account = Account(cash, cash + value, value, self.book.cost, quantity, sellable, self.unchanged)
        observation = self.observer.observe(account)
        action = self.bundle.decide(observation)
        sized = size(action, cash, cash + value, price, quantity, sellable, rules)
        if sized.quantity != 0:
            # GTC: a holiday between today and the next session must not expire the order.
            self.broker.place_orders(self.order_factory.orders({self.ticker: sized.quantity}, MarketOrder(), TimeInForce.GTC))
        self.decisions.append(
            {
                "day": day.isoformat(),
                "action": action.name,
                "order": sized.quantity,
                "reason": sized.reason,
                "cashMinor": cash,
                "quantity": quantity,
                "observation": observation.tolist(),
            }
        )
