/** How often a decision of a given confidence turned out right, from matured outcomes. */

export interface CalibrationBin {
  readonly horizon: number;
  /** Confidence from (included) to (excluded, save the last). */
  readonly from: number;
  readonly to: number;
  readonly decisions: number;
  readonly right: number;
  /** right / decisions, null when there were none. */
  readonly share: number | null;
  /** 95 % interval: Wilson, JASA 22 (1927) 209-212. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface CalibrationInput {
  readonly horizon: number;
  readonly confidence: number;
  /** long = bet on a rise, avoided = bet on no rise; flat decisions make no bet and are left out. */
  readonly direction: 'long' | 'avoided' | 'flat';
  readonly label: -1 | 0 | 1 | null;
}

export const BIN_WIDTH = 0.2;
/** 97.5 % point of the standard normal distribution. */
const Z = 1.959963984540054;

/** Wilson's score interval for `right` of `count`. */
export function wilson(right: number, count: number): [number, number] {
  const share = right / count;
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * count)) / (1 + z2 / count);
  const half = (Z / (1 + z2 / count)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Bins of width 0.2 per horizon, empty ones included, for every horizon that has a bet with a label. A neutral label is not right. */
export function calibrationOf(inputs: readonly CalibrationInput[]): CalibrationBin[] {
  const tally = new Map<number, { decisions: number[]; right: number[] }>();
  const bins = Math.round(1 / BIN_WIDTH);
  for (const { horizon, confidence, direction, label } of inputs) {
    if (direction === 'flat' || label === null) continue;
    let counts = tally.get(horizon);
    if (!counts) tally.set(horizon, (counts = { decisions: new Array<number>(bins).fill(0), right: new Array<number>(bins).fill(0) }));
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(confidence / BIN_WIDTH + 1e-9)));
    counts.decisions[bin]!++;
    if (label === (direction === 'long' ? 1 : -1)) counts.right[bin]!++;
  }
  return [...tally.entries()]
    .sort((a, b) => a[0] - b[0])
    .flatMap(([horizon, counts]) =>
      counts.decisions.map((decisions, bin): CalibrationBin => {
        const right = counts.right[bin]!;
        const [low, high] = decisions > 0 ? wilson(right, decisions) : [null, null];
        const share = decisions > 0 ? right / decisions : null;
        return {
          horizon,
          from: Math.round(bin * BIN_WIDTH * 10) / 10,
          to: Math.round((bin + 1) * BIN_WIDTH * 10) / 10,
          decisions,
          right,
          share,
          low,
          high,
        };
      }),
    );
}
