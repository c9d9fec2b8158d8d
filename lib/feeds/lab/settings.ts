/** What a lab market is made of: every knob with its default and its bounds, checked once. */
import { z } from 'zod';
import { dayOf } from '../../core/index.js';
import { FeedError } from '../errors.js';
import { effectLoading } from './news-effect.js';
import { LAB_REGIMES, type LabRegime } from './regimes.js';

export interface LabSettings {
  readonly symbols: number;
  readonly sessions: number;
  /** The market begins on the first session of the cn-a calendar on or after this date. */
  readonly from: string;
  readonly sectors: number;
  /** Parts of the universe by board; they need not add up to 1. */
  readonly boards: { readonly main: number; readonly chinext: number; readonly star: number; readonly bse: number };
  /** Part of the stocks of boards open at the start that list during the span. */
  readonly newListingShare: number;
  readonly regimes: readonly LabRegime[];
  /** Degrees of freedom of every shock. */
  readonly tailDegrees: number;
  /** GARCH(1,1): weight of the last squared shock, and of the last variance. */
  readonly clustering: { readonly shock: number; readonly memory: number };
  /** Long-run deviation a session of a stock's own shock: each stock's lies between these. */
  readonly ownDeviation: { readonly low: number; readonly high: number };
  /** Part of a session's variance that falls before its open. */
  readonly overnightShare: number;
  /** Chance a session that a stock's trading halts from the next one on. */
  readonly suspensionRate: number;
  /** Chance a session of becoming ST; it lasts 240 sessions on average. */
  readonly stRate: number;
  /** Chance a year of a cash dividend. */
  readonly dividendShare: number;
  /** Chance a year of new shares (half of it bonus, half transfer), five times as high above 40 yuan. */
  readonly newSharesShare: number;
  readonly news: {
    /** Chance a session of a company item, when none is at work. */
    readonly companyRate: number;
    /** Chance a session of an item about the whole market. */
    readonly marketRate: number;
    /** Chance that a market item tells of the regime in force, not of one drawn blindly. */
    readonly regimeClarity: number;
    /** Correlation of a company item's true signal with the log return from the next open to the close `horizon` sessions on. */
    readonly information: number;
    readonly horizon: number;
    /** Part of company items whose words say the opposite of their signal. */
    readonly misleadingShare: number;
    readonly announcementShare: number;
    readonly chineseShare: number;
    /** Parts of company items by how hard they are to read: the title says it, only the text does, the title points the other way. */
    readonly reading: { readonly plain: number; readonly inText: number; readonly contrary: number };
  };
}

const share = z.number().min(0).max(1);
const deviation = z.number().min(0.0005).max(0.2);

const regimeSchema = z.strictObject({
  name: z.string().min(1),
  theme: z.enum(['easing', 'tightening', 'quiet', 'turmoil', 'speculation', 'reform']),
  meanSessions: z.number().min(1),
  drift: z.number().min(-0.05).max(0.05),
  marketDeviation: deviation,
  sectorDeviation: deviation,
  ownDeviation: z.number().gt(0).max(10),
  momentum: z.number().min(-0.9).max(0.9),
  volume: z.number().gt(0).max(20),
  newsResponse: z.number().min(-1).max(1).default(1),
});

const schema = z
  .strictObject({
    symbols: z.number().int().min(1).max(1000).default(100),
    sessions: z.number().int().min(2).max(5000).default(1500),
    from: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/)
      .default('2018-01-02'),
    sectors: z.number().int().min(1).max(12).default(8),
    boards: z
      .strictObject({
        main: share.default(0.6),
        chinext: share.default(0.25),
        star: share.default(0.1),
        bse: share.default(0.05),
      })
      .prefault({}),
    newListingShare: share.default(0.08),
    regimes: z
      .array(regimeSchema)
      .min(1)
      .max(16)
      .default([...LAB_REGIMES]),
    tailDegrees: z.number().min(3).max(200).default(5),
    clustering: z.strictObject({ shock: share.default(0.06), memory: share.default(0.92) }).prefault({}),
    ownDeviation: z.strictObject({ low: deviation.default(0.014), high: deviation.default(0.025) }).prefault({}),
    overnightShare: z.number().min(0).max(0.9).default(0.2),
    suspensionRate: z.number().min(0).max(0.2).default(0.0008),
    stRate: z.number().min(0).max(0.2).default(0.00012),
    dividendShare: share.default(0.6),
    newSharesShare: share.default(0.08),
    news: z
      .strictObject({
        companyRate: share.default(0.03),
        marketRate: share.default(0.5),
        regimeClarity: share.default(0.8),
        information: share.default(0.2),
        horizon: z.number().int().min(1).max(20).default(5),
        misleadingShare: share.default(0.15),
        announcementShare: share.default(0.35),
        chineseShare: share.default(0.5),
        reading: z.strictObject({ plain: share.default(0.5), inText: share.default(0.3), contrary: share.default(0.2) }).prefault({}),
      })
      .prefault({}),
  })
  .superRefine((value, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: path.split('.'), message });
    const { boards, clustering, ownDeviation, news } = value;
    if (boards.main + boards.chinext + boards.star + boards.bse <= 0) refuse('boards', 'one part must be above 0');
    if (clustering.shock + clustering.memory >= 1) refuse('clustering', 'shock + memory must stay below 1');
    if (ownDeviation.low > ownDeviation.high) refuse('ownDeviation', 'low must not be above high');
    if (news.reading.plain + news.reading.inText + news.reading.contrary <= 0) refuse('news.reading', 'one part must be above 0');
    if (!(effectLoading(news.information, news.horizon, value.overnightShare) <= 1))
      refuse('news.information', `no item can tell that much of ${news.horizon} sessions with nights in between`);
    if (new Set(value.regimes.map((regime) => regime.name)).size !== value.regimes.length) refuse('regimes', 'names must differ');
  });

/** Any part of the settings; what is left out is the default. */
export type LabSettingsInput = {
  readonly [K in keyof LabSettings]?: LabSettings[K] extends readonly unknown[] | string | number
    ? LabSettings[K]
    : Omit<Partial<LabSettings[K]>, 'reading'> &
        (K extends 'news' ? { readonly reading?: Partial<LabSettings['news']['reading']> } : unknown);
};

/** Complete settings. Throws FeedError on the first key that is unknown or out of its bounds. */
export function labSettings(input: LabSettingsInput = {}): LabSettings {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new FeedError(
      `labSettings: expected other lab settings, got ${issue.path.join('.') || 'the whole'}: ${issue.message}. Mend that key.`,
    );
  }
  dayOf(parsed.data.from);
  return parsed.data as LabSettings;
}
