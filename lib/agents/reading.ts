/** What a reader makes of a piece of text: enums, and numbers that stand in the text. Nothing else of it goes on. */
import { z } from 'zod';
import type { Instant, NewsItem } from '../core/index.js';
import { answerFormat, type TypedFormat } from '../llm/index.js';
import { type Direction, directions } from './ladder.js';
import { isFigureIn, numbersIn } from './numbers.js';

export const topics = ['earnings', 'orders', 'outlook', 'dividend', 'trading', 'policy', 'liquidity', 'turmoil', 'other'] as const;
export const reliabilities = ['low', 'medium', 'high'] as const;

/** Plain JSON: a strategy keeps it while it matters. */
export interface Reading {
  /** The item's id for the record; prompts show a handle. */
  readonly id: string;
  readonly knownAt: Instant;
  readonly about: 'company' | 'market';
  readonly topic: (typeof topics)[number];
  readonly direction: Direction;
  readonly reliability: (typeof reliabilities)[number];
  /** Two figures of the text, such as growth and what had been expected; null where there are none, or they don't stand in it. */
  readonly actual: number | null;
  readonly expected: number | null;
}

/** Most texts that a reader gets at once. */
export const READ_AT_ONCE = 6;
export const handleOf = (i: number): string => `N${i + 1}`;

const figure = z.number().nullable().describe('a number that stands in the text, else null');

function readingsForm(items: number) {
  const handles = Array.from({ length: items }, (_, i) => handleOf(i)) as [string, ...string[]];
  const one = z.strictObject({
    item: z.enum(handles),
    topic: z.enum(topics),
    direction: z.enum(directions).describe('what it means for the price'),
    reliability: z.enum(reliabilities),
    actual: figure,
    expected: figure,
  });
  return answerFormat(`readings${items}`, z.strictObject({ items: z.array(one).max(items) }));
}
export type Readings = { items: ({ item: string } & Pick<Reading, 'topic' | 'direction' | 'reliability' | 'actual' | 'expected'>)[] };

const forms = new Map<number, TypedFormat<Readings>>();
/** Made once for each count: JSON Schemas take longer to write than a decision. */
export function formForReadings(items: number): TypedFormat<Readings> {
  let form = forms.get(items);
  if (form === undefined) forms.set(items, (form = readingsForm(items)));
  return form;
}

export interface CheckedReadings {
  /** By the texts that were shown. */
  readonly readings: readonly (Reading | undefined)[];
  /** Figures given, and those that don't stand in the item's text. */
  readonly figures: number;
  readonly unfounded: number;
}

/** What of an answer may go on: the first word on each text, with the figures that it has; undefined where there is none. */
export function checkReadings(answer: Readings, shown: readonly { readonly item: NewsItem; readonly text: string }[]): CheckedReadings {
  let figures = 0;
  let unfounded = 0;
  const readings = shown.map(({ item, text }, i): Reading | undefined => {
    const said = answer.items.find((one) => one.item === handleOf(i));
    if (!said) return undefined;
    const known = numbersIn(text);
    const founded = (value: number | null): number | null => {
      if (value === null) return null;
      figures++;
      if (isFigureIn(value, known)) return value;
      unfounded++;
      return null;
    };
    const { topic, direction, reliability, actual, expected } = said;
    const about = item.symbols.length === 0 ? 'market' : 'company';
    const { id, knownAt } = item;
    return { id, knownAt, about, topic, direction, reliability, actual: founded(actual), expected: founded(expected) };
  });
  return { readings, figures, unfounded };
}
