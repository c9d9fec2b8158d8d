/** The float64 kernel of the two float benchmarks in plain JavaScript: each sum in the order in which assembly/float.ts adds it up. */

/** All addresses are bytes in the kernel's memory, of float64 columns unless said; what each step does stands in assembly/float.ts. */
export interface FloatSteps {
  sums(close: number, count: number, sums: number): void;
  decide(sums: number, count: number, fast: number, slow: number, from: number, bits: number): void;
  begin(cash: number): void;
  cut(open: number, bits: number, count: number, starts: number, opens: number): number;
  trade(open: number, close: number, starts: number, opens: number, stretches: number, feeRate: number, equity: number): void;
  report(out: number): void;
  score(open: number, close: number, starts: number, opens: number, stretches: number, feeRate: number, out: number): void;
}

export function plainFloatSteps(buffer: ArrayBuffer): FloatSteps {
  const f64 = new Float64Array(buffer);
  const i32 = new Int32Array(buffer);
  const u8 = new Uint8Array(buffer);
  let [cash, units, fills, want] = [0, 0, 0, false];
  let [peak, low, drawdown] = [0, 0, 0];

  function fill(open: number, feeRate: number): void {
    if (want === units > 0) return;
    if (want) {
      const bought = Math.floor(cash / (open * (1 + feeRate)));
      if (!(bought > 0)) return;
      units = bought;
      cash -= bought * open * (1 + feeRate);
    } else {
      cash += units * open * (1 - feeRate);
      units = 0;
    }
    fills++;
  }

  /** The first bar of start..end that holds units after its open; `end` if none. */
  function enter(open: number, start: number, end: number, price: number, feeRate: number): number {
    fill(price, feeRate);
    if (!want) return end;
    let bar = start;
    while (units === 0 && ++bar < end) fill(f64[open + bar]!, feeRate);
    return bar;
  }

  function settle(): void {
    drawdown = Math.max(drawdown, 1 - low / peak);
  }

  /** Calls `each` for every stretch that has bars, after its fill: its bars, from which on units are held, and the cash of those before. */
  function walk(
    open: number,
    starts: number,
    opens: number,
    stretches: number,
    feeRate: number,
    each: (start: number, held: number, end: number, flat: number) => void,
  ): void {
    for (let j = 0; j < stretches; j++) {
      const start = i32[(starts >> 2) + j]!;
      const end = i32[(starts >> 2) + j + 1]!;
      if (j > 0) want = !want;
      if (start === end) continue;
      const idle = cash;
      const held = enter(open >> 3, start, end, f64[(opens >> 3) + j]!, feeRate);
      each(start, held, end, want ? idle : cash);
    }
  }

  return {
    sums(close, count, sums) {
      const [from, to] = [close >> 3, sums >> 3];
      let sum = 0;
      f64[to] = 0;
      for (let i = 0; i < count; i += 4) {
        const first = f64[from + i]!;
        const third = f64[from + i + 2]!;
        const two = first + f64[from + i + 1]!;
        const four = two + (third + f64[from + i + 3]!);
        f64[to + i + 1] = sum + first;
        f64[to + i + 2] = sum + two;
        f64[to + i + 3] = sum + (two + third);
        f64[to + i + 4] = sum += four;
      }
    },
    decide(sums, count, fast, slow, from, bits) {
      u8.fill(0, bits, bits + ((count + 7) >> 3));
      for (let i = from; i < count; i++) {
        const now = (sums >> 3) + i;
        if ((f64[now]! - f64[now - fast]!) * slow > (f64[now]! - f64[now - slow]!) * fast) u8[bits + (i >> 3)]! |= 1 << (i & 7);
      }
    },
    begin(startCash) {
      [cash, units, fills, want] = [startCash, 0, 0, false];
      [peak, low, drawdown] = [startCash, startCash, 0];
    },
    cut(open, bits, count, starts, opens) {
      let stretches = 0;
      const add = (start: number) => {
        i32[(starts >> 2) + stretches] = start;
        f64[(opens >> 3) + stretches++] = f64[(open >> 3) + start]!;
      };
      add(0);
      let before = want;
      for (let i = 0; i < count; i++) {
        const now = ((u8[bits + (i >> 3)]! >> (i & 7)) & 1) === 1;
        if (now !== before) add(i + 1);
        before = now;
      }
      i32[(starts >> 2) + stretches] = count;
      return stretches;
    },
    trade(open, close, starts, opens, stretches, feeRate, equity) {
      walk(open, starts, opens, stretches, feeRate, (start, held, end, flat) => {
        for (let i = start; i < end; i++) {
          const e = i < held ? flat : cash + units * f64[(close >> 3) + i]!;
          f64[(equity >> 3) + i] = e;
          if (e > peak) {
            settle();
            peak = e;
            low = e;
          } else if (e < low) low = e;
        }
      });
    },
    report(out) {
      settle();
      f64[out >> 3] = fills;
      f64[(out >> 3) + 1] = drawdown;
    },
    score(open, close, starts, opens, stretches, feeRate, out) {
      // As the two lanes and the scalars of the SIMD kernel: odd bars of a holding, even bars, what doesn't pair.
      const sums = [0, 0, 0];
      const squares = [0, 0, 0];
      let before = cash;
      const add = (equity: number, lane: number) => {
        const r = equity / before - 1;
        sums[lane]! += r;
        squares[lane]! += r * r;
        before = equity;
      };
      walk(open, starts, opens, stretches, feeRate, (start, held, end, flat) => {
        if (held > start) add(flat, 2);
        for (let i = held; i < end; i++) {
          const lane = (i - held + 1) % 2;
          add(cash + units * f64[(close >> 3) + i]!, i === held || (i === end - 1 && lane === 0) ? 2 : lane);
        }
      });
      f64[out >> 3] = before;
      f64[(out >> 3) + 1] = sums[2]! + (sums[0]! + sums[1]!);
      f64[(out >> 3) + 2] = squares[2]! + (squares[0]! + squares[1]!);
    },
  };
}
