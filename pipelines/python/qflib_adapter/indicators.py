"""Indicators one value at a time: the same recurrences, in the same order, as Hindcast's features room. NaN during warm-up."""
import math

NAN = math.nan


class Rolling:
    """Mean and squared deviations of the last `period` values; sums are renewed every `period` values, so errors do not grow."""

    CANCELLED = 2.0**-16

    def __init__(self, period):
        self.period, self.count, self.at = period, 0, 0
        self.ring = [0.0] * period
        self.anchor = self.sum = self.squares = self.peak = 0.0
        self.next_anchor = self.next_sum = self.next_squares = 0.0

    def push(self, x):
        if self.count == self.period:
            fresh, old = x - self.anchor, self.ring[self.at] - self.anchor
            self.sum += fresh - old
            self.squares += fresh * fresh - old * old
            self.peak = max(self.peak, self.squares)
        else:
            self.count += 1
        if self.at == 0:
            self.next_anchor, self.next_sum, self.next_squares = x, 0.0, 0.0
        else:
            distance = x - self.next_anchor
            self.next_sum += distance
            self.next_squares += distance * distance
        self.ring[self.at] = x
        self.at += 1
        if self.at == self.period:
            self.at = 0
            self.anchor, self.sum, self.squares = self.next_anchor, self.next_sum, self.next_squares
            self.peak = self.next_squares
        return self.count == self.period

    def mean(self):
        return self.anchor + self.sum / self.period

    def deviations(self):
        deviations = self.squares - self.sum * self.sum / self.period
        if deviations >= self.peak * self.CANCELLED:
            return deviations
        anchor, total = self.ring[0], 0.0
        for value in self.ring:
            total += value - anchor
        mean, deviations = total / self.period, 0.0
        for value in self.ring:
            distance = value - anchor - mean
            deviations += distance * distance
        return deviations


class Sma:
    def __init__(self, period):
        self.window = Rolling(period)

    def update(self, x):
        return self.window.mean() if self.window.push(x) else NAN


class Ema:
    """k = 2 / (period + 1), seeded by the mean of the first `period` values."""

    def __init__(self, period):
        self.period, self.k, self.count, self.value = period, 2 / (period + 1), 0, 0.0

    def update(self, x):
        if self.count == self.period:
            self.value = (x - self.value) * self.k + self.value
            return self.value
        self.value += x
        self.count += 1
        if self.count < self.period:
            return NAN
        self.value /= self.period
        return self.value


class Macd:
    """Line = fast - slow, both seeded so that their first values fall together; the histogram comes with the signal."""

    def __init__(self, fast=12, slow=26, signal=9):
        self.skip, self.fast, self.slow, self.signal = slow - fast, Ema(fast), Ema(slow), Ema(signal)
        self.line = 0.0

    def update(self, x):
        slow = self.slow.update(x)
        if self.skip > 0:
            self.skip -= 1
            return NAN
        line = self.fast.update(x) - slow
        if math.isnan(line):
            return NAN
        self.line = line
        return line - self.signal.update(line)


class Rsi:
    """Wilder's smoothing, seeded by the means of the first `period` changes; 50 where nothing moved."""

    def __init__(self, period):
        self.period, self.count, self.last, self.gain, self.loss = period, 0, 0.0, 0.0, 0.0

    def update(self, x):
        change, self.last, period = x - self.last, x, self.period
        if self.count == 0:
            self.count = 1
            return NAN
        gain, loss = max(change, 0.0), max(-change, 0.0)
        if self.count > period:
            self.gain = (self.gain * (period - 1) + gain) / period
            self.loss = (self.loss * (period - 1) + loss) / period
        else:
            self.gain += gain
            self.loss += loss
            self.count += 1
            if self.count <= period:
                return NAN
            self.gain /= period
            self.loss /= period
        both = self.gain + self.loss
        return 100 * (self.gain / both) if both > 0 else 50.0


class Atr:
    """Wilder's smoothing of the true range, seeded by the mean of bars 1 .. period."""

    def __init__(self, period):
        self.period, self.count, self.last, self.value = period, 0, 0.0, 0.0

    def update(self, high, low, close):
        last, self.last, period = self.last, close, self.period
        if self.count == 0:
            self.count = 1
            return NAN
        true_range = max(high - low, abs(high - last), abs(low - last))
        if self.count > period:
            self.value = (self.value * (period - 1) + true_range) / period
            return self.value
        self.value += true_range
        self.count += 1
        if self.count <= period:
            return NAN
        self.value /= period
        return self.value


class Returns:
    def __init__(self, lag):
        self.lag, self.count, self.at, self.ring = lag, 0, 0, [0.0] * lag

    def update(self, price):
        before, self.ring[self.at] = self.ring[self.at], price
        self.at = (self.at + 1) % self.lag
        if self.count < self.lag:
            self.count += 1
            return NAN
        return price / before - 1


class RealisedVolatility:
    """Sample standard deviation of the last `period` log returns."""

    def __init__(self, period):
        self.last, self.window = 0.0, Rolling(period)

    def update(self, price):
        last, self.last = self.last, price
        if last == 0 or not self.window.push(math.log(price / last)):
            return NAN
        return math.sqrt(self.window.deviations() / (self.window.period - 1))


class VolumeZScore:
    def __init__(self, period):
        self.window = Rolling(period)

    def update(self, volume):
        if not self.window.push(volume):
            return NAN
        deviations = self.window.deviations()
        return (volume - self.window.mean()) / math.sqrt(deviations / (self.window.period - 1)) if deviations > 0 else 0.0
