/** News and announcements about one company: a signal that pushes its price, and words that say it, well or badly. */
import { dateOf, type RandomState, randomBelow, randomFloat, randomNormal } from '../../core/index.js';
import { COMPANY_WORDS, filled, NOTICE_WORDS, type NoticeKind } from './company-words.js';
import type { Draft, Timing } from './drafts.js';
import { announcementTiming, eveningTiming, newsTiming } from './item-timing.js';
import { LAB_SECTORS } from './sectors.js';
import type { LabSettings } from './settings.js';
import type { Timeline } from './timeline.js';
import type { LabReading } from './truth.js';
import type { LabStock } from './universe.js';

/** Signals beyond this are drawn in: nobody writes of growth by 500 %. */
const SIGNAL_CAP = 3.5;
/** Points of growth that one deviation of the signal stands for: got = hoped + 12 x stated. */
export const POINTS_PER_DEVIATION = 12;
const SOURCES = { press: 'Lab Press (synthetic)', talk: 'Lab Market Talk (synthetic)', filing: 'Lab Exchange Filing (synthetic)' } as const;
/** Part of misleading and of truthful news that comes from market talk: who remembers its sources is misled less. */
const TALK_IF_MISLEADING = 0.6;
const TALK_IF_TRUE = 0.15;

const nameOf = (stock: LabStock, language: 'en' | 'zh'): string => {
  const sector = LAB_SECTORS[stock.sector]!;
  return language === 'en' ? `Lab ${sector.en} ${stock.code}` : `实验${sector.zh}${stock.code}`;
};

const languageOf = (settings: LabSettings, state: RandomState): 'en' | 'zh' =>
  randomFloat(state) < settings.news.chineseShare ? 'zh' : 'en';

function readingOf({ news: { reading } }: LabSettings, state: RandomState): LabReading {
  const draw = randomFloat(state) * (reading.plain + reading.inText + reading.contrary);
  return draw < reading.plain ? 'plain' : draw < reading.plain + reading.inText ? 'in-text' : 'contrary';
}

const idOf = (stock: LabStock, timeline: Timeline, session: number, what: string): string =>
  `lab:${stock.instrument.symbol}:${dateOf(timeline.day(session))}:${what}`;

/** One company item of a session, with its signal. */
export function companyItem(stock: LabStock, settings: LabSettings, timeline: Timeline, session: number, state: RandomState): Draft {
  const { news } = settings;
  const { symbol } = stock.instrument;
  const signal = Math.max(-SIGNAL_CAP, Math.min(SIGNAL_CAP, randomNormal(state)));
  const misleading = randomFloat(state) < news.misleadingShare;
  // A filing is no rumour: only news misleads, so that the shares of both can be met only while they leave room.
  const kind =
    !misleading && randomFloat(state) < news.announcementShare / Math.max(1e-9, 1 - news.misleadingShare) ? 'announcement' : 'news';
  const language = languageOf(settings, state);
  const reading = readingOf(settings, state);
  const talk = randomFloat(state) < (misleading ? TALK_IF_MISLEADING : TALK_IF_TRUE);
  const timing = (kind === 'news' ? newsTiming : announcementTiming)(state, timeline, session);
  const stated = misleading ? -signal : signal;
  const words = COMPANY_WORDS[language][randomBelow(state, COMPANY_WORDS[language].length)]!;
  const hoped = 5 + 20 * randomFloat(state);
  const values = {
    name: nameOf(stock, language),
    hoped: hoped.toFixed(1),
    got: (Number(hoped.toFixed(1)) + POINTS_PER_DEVIATION * stated).toFixed(1),
  };
  const good = stated > 0;
  const title =
    reading === 'plain'
      ? good
        ? words.good
        : words.bad
      : reading === 'in-text'
        ? words.silent
        : good
          ? words.soundsBad
          : words.soundsGood;
  const seen = session + timing.seenAfter;
  const id = idOf(stock, timeline, session, kind);
  return {
    item: {
      id,
      symbols: [symbol],
      eventAt: timing.eventAt,
      knownAt: timing.knownAt,
      title: filled(title, values),
      text: filled(words.text, values),
      source: kind === 'announcement' ? SOURCES.filing : talk ? SOURCES.talk : SOURCES.press,
    },
    truth: {
      id,
      kind,
      symbol,
      language,
      signal,
      stated,
      misleading,
      reading,
      madeOn: timeline.day(session),
      seenFrom: timeline.day(seen),
      pushFrom: timeline.day(seen + 1),
      pushTo: timeline.day(seen + news.horizon),
      tellsRegime: null,
    },
  };
}

/** A notice of the evening of a session, about something that holds from a later session on. `terms` by language. */
export function notice(
  stock: LabStock,
  settings: LabSettings,
  timeline: Timeline,
  session: number,
  state: RandomState,
  what: { readonly kind: NoticeKind; readonly from: number; readonly terms?: Readonly<Record<'en' | 'zh', string>> },
): Draft {
  const language = languageOf(settings, state);
  const timing: Timing = eveningTiming(state, timeline, session);
  const [title, text] = NOTICE_WORDS[language][what.kind];
  const values = {
    name: nameOf(stock, language),
    date: dateOf(timeline.day(what.from)),
    record: dateOf(timeline.day(what.from - 1)),
    terms: what.terms?.[language] ?? '',
  };
  const id = idOf(stock, timeline, session, what.kind);
  return {
    item: {
      id,
      symbols: [stock.instrument.symbol],
      eventAt: timing.eventAt,
      knownAt: timing.knownAt,
      title: filled(title, values),
      text: filled(text, values),
      source: SOURCES.filing,
    },
    truth: {
      id,
      kind: 'notice',
      symbol: stock.instrument.symbol,
      language,
      signal: 0,
      stated: 0,
      misleading: false,
      reading: null,
      madeOn: timeline.day(session),
      seenFrom: timeline.day(session + timing.seenAfter),
      pushFrom: 0,
      pushTo: 0,
      tellsRegime: null,
    },
  };
}
