import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manualClock } from '../../../lib/core/index.js';
import type { Cache, Cached, CacheKey } from '../../../lib/feeds/cache/contract.js';
import { NotCachedError, NotKnownThenError } from '../../../lib/feeds/cache/errors.js';
import { openCache } from '../../../lib/feeds/cache/open-cache.js';
import { Unavailable } from '../../../lib/feeds/outside/errors.js';

interface DatedRecord {
  readonly id: number;
  readonly knownAt: number;
}

const END = 250;
const FORMS = ['records', 'columns', 'snapshot'] as const;
type Form = (typeof FORMS)[number];

/** What the source says at wall time `now`: all that is known by then, and some that is announced for later (a calendar). */
const toldAt = (world: readonly DatedRecord[], now: number): DatedRecord[] =>
  world.filter(({ id, knownAt }) => knownAt <= now || id % 3 === 0);

const answerAt = (form: Form, world: readonly DatedRecord[], now: number): unknown => {
  const told = toldAt(world, now);
  if (form === 'records') return told;
  if (form === 'columns') return { knownAt: Float64Array.from(told, (one) => one.knownAt), id: told.map((one) => one.id) };
  return { latest: told.length, saidAt: now };
};

const worlds = fc
  .array(fc.integer({ min: 0, max: END }), { minLength: 10, maxLength: 60 })
  .map((instants) => instants.map((knownAt, id): DatedRecord => ({ id, knownAt })));

const reads = fc.record({
  handle: fc.integer({ min: 0, max: 1 }),
  form: fc.constantFrom(...FORMS),
  symbol: fc.integer({ min: 0, max: 1 }),
  /** How far simulated time runs behind the wall; undefined: the reader lives now. */
  behind: fc.option(fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 60 })), { nil: undefined, freq: 4 }),
  /** How much before asOf the question was put; undefined: it names no instant. */
  keyed: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  offline: fc.boolean(),
  ttl: fc.constantFrom(0, 5, 1_000),
  staleWhileErrorMs: fc.constantFrom(0, 1_000),
  fails: fc.boolean(),
  /** Wall time that passes while the source answers. */
  takes: fc.integer({ min: 0, max: 12 }),
});
type Drawn = typeof reads extends fc.Arbitrary<infer T> ? T : never;
type Read = Drawn & { readonly asOf: number | undefined };

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), reads: fc.array(reads, { minLength: 1, maxLength: 4 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), handle: fc.integer({ min: 0, max: 1 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('forget' as const),
        form: fc.constantFrom(...FORMS),
        handle: fc.integer({ min: 0, max: 1 }),
      }),
    },
  ),
  { minLength: 10, maxLength: 30 },
);

type Script = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const keyFor = ({ form, symbol, asOf, keyed }: Pick<Read, 'form' | 'symbol' | 'asOf' | 'keyed'>): CacheKey => ({
  source: 'world',
  kind: 'bars',
  query: { form, symbol },
  adjustment: 'raw',
  ...(asOf !== undefined && keyed !== undefined && { asOf: asOf - keyed }),
});

const idsOf = (form: Form, value: unknown): number[] =>
  form === 'records' ? (value as DatedRecord[]).map(({ id }) => id) : (value as { id: number[] }).id;
const knownAtsOf = (form: Form, value: unknown): number[] =>
  form === 'records' ? (value as DatedRecord[]).map(({ knownAt }) => knownAt) : [...(value as { knownAt: Float64Array }).knownAt];

/** How much of each kind was answered or refused, so that nothing is held of nothing. */
const counted = { served: 0, servedAsOf: 0, refused: 0 };

/** What must hold of every answer that comes out, whatever happened before. */
function check(read: Read, answer: Cached<unknown>, world: readonly DatedRecord[], now: number): void {
  const { form, asOf, ttl } = read;
  counted.served++;
  expect(answer.fetchedAt).toBeLessThanOrEqual(now);
  expect(answer.stale).toBe(answer.from !== 'source' && answer.ageMs > ttl);
  if (asOf === undefined) return;
  counted.servedAsOf++;
  if (form === 'snapshot') {
    // No part of it says when it was known, so it must have been fetched by then.
    expect(answer.fetchedAt).toBeLessThanOrEqual(asOf);
    expect((answer.value as { saidAt: number }).saidAt).toBeLessThanOrEqual(asOf);
    return;
  }
  for (const knownAt of knownAtsOf(form, answer.value)) expect(knownAt).toBeLessThanOrEqual(asOf);
  // Whole, not only clean: an answer asked for at or after the instant holds everything that was known then.
  if (answer.ageMs === 0) {
    const all = world.filter(({ knownAt }) => knownAt <= asOf).map(({ id }) => id);
    expect(idsOf(form, answer.value)).toEqual(all);
  }
}

/** Plays `script` on two caches that share a folder, and checks every answer. */
async function play(world: readonly DatedRecord[], script: Script): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-time-'));
  const clock = manualClock(0);
  // Two caches on one folder, as two processes have; memory for a few entries only, so that disk is read too.
  const open = (): Cache => openCache({ folder, memoryBytes: 600, clock, warn: () => {} });
  const handles = [open(), open()];
  try {
    for (const step of script) {
      if (step.kind === 'pass') clock.advance(step.ms);
      else if (step.kind === 'restart') {
        handles[step.handle]!.close();
        handles[step.handle] = open();
      } else if (step.kind === 'forget') {
        handles[step.handle]!.forget(keyFor({ form: step.form, symbol: 0, asOf: undefined, keyed: undefined }));
      } else {
        await Promise.all(
          step.reads.map(async (drawn) => {
            const { form, behind, offline, ttl, staleWhileErrorMs, fails, takes } = drawn;
            const asOf = behind === undefined ? undefined : Math.max(0, clock.now() - behind);
            const read: Read = { ...drawn, asOf };
            const load = async () => {
              const startedAt = clock.now();
              await Promise.resolve();
              clock.advance(takes);
              if (fails) throw new Unavailable('world', 'down');
              // The worst that a slow answer can do: a list may miss all that came in meanwhile, a snapshot may show it.
              return answerAt(form, world, form === 'snapshot' ? clock.now() : startedAt);
            };
            try {
              const options = { offline, ttlMs: { bars: ttl }, staleWhileErrorMs, ...(asOf !== undefined && { asOf }) };
              check(read, await handles[read.handle]!.get(keyFor(read), load, options), world, clock.now());
            } catch (error) {
              if (error instanceof NotKnownThenError) {
                counted.refused++;
                expect(form).toBe('snapshot');
                expect(asOf).toBeDefined();
              } else if (error instanceof NotCachedError) expect(offline).toBe(true);
              else if (!(error instanceof Unavailable)) throw error;
            }
          }),
        );
      }
    }
  } finally {
    for (const handle of handles) handle.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('no interleaving of clocks, fetches, failures, invalidations and restarts shows what was not known then', async () => {
  // Scripts that are no chance show that the property is not empty.
  for (const [world, script] of fc.sample(fc.tuple(worlds, steps), { numRuns: 40, seed: 20240102 })) await play(world, script);
  expect(counted.servedAsOf).toBeGreaterThan(100);
  expect(counted.served).toBeGreaterThan(counted.servedAsOf);
  expect(counted.refused).toBeGreaterThan(50);
  await fc.assert(fc.asyncProperty(worlds, steps, play), { numRuns: 80 });
});
