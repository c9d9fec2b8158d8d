/** New text read by the roles that may: normalised, in pieces where it is long, fenced, and brought back as enums and checked numbers. */
import type { NewsItem } from '../core/index.js';
import { modelFor } from '../llm/index.js';
import type { AgentCard } from './card.js';
import { outsideFragment, subjectFragment } from './fragment.js';
import type { Names } from './masking.js';
import { mergeReadings } from './merge-readings.js';
import { numbersIn } from './numbers.js';
import { fenceWord } from './outside/fence.js';
import { normaliseOutside } from './outside/normalise.js';
import { type Piece, piecesOf, questionsOf, roomForText } from './outside/pieces.js';
import { readerPrompt } from './prompt.js';
import { type CheckedReadings, checkReadings, formForReadings, handleOf, READ_AT_ONCE, type Reading, type Readings } from './reading.js';
import type { ReaderRole } from './role.js';
import { fundamentals, news, sentiment, textReader } from './roles/readers.js';
import { type Sitting, speak } from './speak.js';

/** Filings and announcements, told from press by their source. */
const isFiling = ({ source }: NewsItem): boolean => /filing|announce|disclosure|exchange|公告|交易所|披露/i.test(source);

export interface TextRead {
  readonly readings: readonly Reading[];
  readonly figures: number;
  readonly unfounded: number;
  /** Pieces of long texts that were read, 0 where each text was read at once. */
  readonly pieces: number;
  /** Characters of new text that nobody read: past the limit of questions, or without a usable answer. */
  readonly unread: number;
}

export async function readText(
  sitting: Sitting,
  items: readonly NewsItem[],
  about: { readonly symbol: string; readonly card: AgentCard; readonly names: Names; readonly secret: string },
): Promise<TextRead> {
  const { card } = about;
  const full = card.mode === 'full';
  const company = items.filter(({ symbols }) => symbols.length > 0);
  const market = items.filter(({ symbols }) => symbols.length === 0);
  const jobs: { readonly role: ReaderRole; readonly items: readonly NewsItem[]; readonly wide: boolean }[] = [];
  const add = (role: ReaderRole, on: boolean, own: readonly NewsItem[], wide = false) => {
    // Newest first in the view: what the limit of questions leaves is the oldest, and counted.
    if (on && own.length > 0) jobs.push({ role, items: own, wide });
  };
  if (full) {
    add(fundamentals, card.roles.fundamentals, company.filter(isFiling));
    add(
      news,
      card.roles.news,
      company.filter((item) => !isFiling(item)),
    );
    add(sentiment, card.roles.sentiment, market, true);
  } else {
    add(textReader, card.roles.news || card.roles.fundamentals, company);
    add(textReader, card.roles.sentiment, market, true);
  }
  const read = await Promise.all(jobs.map((job) => readItems(sitting, job, about)));
  return {
    readings: read.flatMap(({ readings }) => readings).sort((a, b) => a.knownAt - b.knownAt || (a.id < b.id ? -1 : 1)),
    figures: read.reduce((sum, { figures }) => sum + figures, 0),
    unfounded: read.reduce((sum, { unfounded }) => sum + unfounded, 0),
    pieces: read.reduce((sum, { pieces }) => sum + pieces, 0),
    unread: read.reduce((sum, { unread }) => sum + unread, 0),
  };
}

/** Longest answer of a reader, tokens. */
const answerTokens = (texts: number): number => 40 + 70 * texts;

async function readItems(
  sitting: Sitting,
  { role, items, wide }: { readonly role: ReaderRole; readonly items: readonly NewsItem[]; readonly wide: boolean },
  { symbol, card, names, secret }: Parameters<typeof readText>[2],
): Promise<TextRead> {
  const { asOf } = sitting;
  const { plan } = sitting.models;
  const texts = items.map((item) => ({ item, text: names.scrub(normaliseOutside(`${item.title}. ${item.text}`), asOf) }));
  const room = roomForText(plan.numCtx, answerTokens(READ_AT_ONCE));
  const pieces = piecesOf(texts, room);
  const { questions, left } = questionsOf(pieces, { room, atOnce: READ_AT_ONCE, most: card.readCalls });
  // Items about the whole market are read without a word of the symbol: the question is the same for all of them, and asked once.
  const fence = fenceWord(secret, `${asOf}|${wide ? 'market' : symbol}`);
  const subject = { name: wide ? 'the market' : names.symbol(symbol), date: names.day(asOf, asOf), horizonSessions: card.horizonSessions };

  async function ask(shown: readonly Piece[], question: number): Promise<CheckedReadings> {
    const outside = shown.map((piece) => ({ ...piece, day: `${names.day(piece.item.knownAt, asOf)}${partOf(piece)}` }));
    const prompt = readerPrompt([role.template, subjectFragment(subject, asOf), outsideFragment({ items: outside, fence })]);
    const byRule = (): Readings => ({ items: shown.map(({ text }, i) => ruleReading(text, handleOf(i))) });
    const spoken = await speak(sitting, role.name, prompt, formForReadings(shown.length), byRule, {
      choice: modelFor(plan, role.name),
      part: `${wide ? 'market' : ''}${question === 0 ? '' : `#${question + 1}`}`,
      numPredict: answerTokens(shown.length),
    });
    return spoken.ok ? checkReadings(spoken.value, shown) : { readings: shown.map(() => undefined), figures: 0, unfounded: 0 };
  }

  const answers = await Promise.all(questions.map(ask));
  const read = questions.flat().map((piece, i) => ({ piece, reading: answers.flatMap(({ readings }) => readings)[i] }));
  const unread = [...left, ...read.filter(({ reading }) => reading === undefined).map(({ piece }) => piece)];
  return {
    readings: items.flatMap((item) => {
      const own = read.flatMap(({ piece, reading }) => (piece.item === item && reading !== undefined ? [reading] : []));
      return own.length === 0 ? [] : [mergeReadings(own as [Reading, ...Reading[]])];
    }),
    figures: answers.reduce((sum, { figures }) => sum + figures, 0),
    unfounded: answers.reduce((sum, { unfounded }) => sum + unfounded, 0),
    pieces: read.filter(({ piece, reading }) => piece.parts > 1 && reading !== undefined).length,
    unread: unread.reduce((sum, { own }) => sum + own, 0),
  };
}

const partOf = ({ part, parts }: Piece): string => (parts === 1 ? '' : `, part ${part} of ${parts}`);

/** Points between what was reported and what was expected from which the difference is called strong. */
const STRONG_POINTS = 10;
const TOPICS: readonly (readonly [RegExp, Reading['topic']])[] = [
  [/profit|earnings|quarter|净利润|季报|业绩预告/i, 'earnings'],
  [/order|contract|customer|订单|合同|客户/i, 'orders'],
  [/outlook|forecast|revenue|prospect|指引|展望|前景/i, 'outlook'],
  [/dividend|distribution of profit|分派|分红/i, 'dividend'],
  [/halt|resume|special treatment|停牌|复牌|风险警示/i, 'trading'],
  [/rate|liquidity|reserve|降准|降息|流动性/i, 'liquidity'],
  [/panic|sell-off|turmoil|fear|恐慌|暴跌/i, 'turmoil'],
  [/reform|regulat|policy|改革|监管|政策/i, 'policy'],
];
const GOOD = /beats|wins more|raises|rally|easing|超出|高于|上调|宽松|利好/i;
const BAD = /falls short|wins fewer|cuts|panic|tighten|不及|低于|下调|收紧|恐慌/i;

/** Two percentages are what was reported and what had been expected; else words decide. */
function ruleReading(text: string, item: string): Readings['items'][number] {
  const topic = TOPICS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
  const percentages = [...text.matchAll(/(-?\d+(?:\.\d+)?)\s*%/g)].flatMap((found) => numbersIn(found[0]));
  if (percentages.length === 2) {
    const [actual, expected] = percentages as [number, number];
    const points = actual - expected;
    const strong = Math.abs(points) >= STRONG_POINTS;
    const direction = points >= 0 ? (strong ? 'strong_up' : 'up') : strong ? 'strong_down' : 'down';
    return { item, topic, direction, reliability: 'high', actual, expected };
  }
  const direction = GOOD.test(text) ? 'up' : BAD.test(text) ? 'down' : 'flat';
  return { item, topic, direction, reliability: 'low', actual: null, expected: null };
}
