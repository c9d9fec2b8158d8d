/** Flags, a spec file and what the data offers, as one checked replay spec per account. */
import type { MarketData } from '../feeds/index.js';
import { embedderModel, localEmbedderId, memoryTables } from '../memory/index.js';
import { parseSpec, type ReplaySpec, type ReplaySpecInput, startingMemory } from '../replay/index.js';
import type { Context } from './action.js';
import { dataOf } from './fetched-data.js';
import { type SpecFlags, specWith } from './spec-flags.js';
import { strategyChoices } from './strategy-choices.js';
import { openSource, universeOf } from './universe.js';

export const DEFAULT_STRATEGY = 'rule:v1';

export interface Specs {
  readonly data: MarketData;
  readonly specs: readonly ReplaySpec[];
  /** What was understood of the user's own files, a line each. */
  readonly understood: readonly string[];
}

/** One spec per text of `strategies` (`a+b` shares an account), with the data they all run on. Without texts: the file's strategies, else rule:v1. */
export async function specsFrom(
  context: Context,
  flags: SpecFlags,
  strategies: readonly string[],
  file: Partial<ReplaySpecInput> = {},
): Promise<Specs> {
  const source = await dataOf(context, flags, file);
  const { data, understood } = openSource(source, flags.onBadRow ?? file.onBadRow, flags.symbols ?? file.symbols);
  const universe = universeOf(data, { ...file, ...flags });
  const texts = strategies.length > 0 || file.strategies ? strategies : [DEFAULT_STRATEGY];
  const accounts = texts.length > 0 ? strategyChoices(texts, flags.set) : [file.strategies!];
  const specs = accounts.map((account) =>
    withEmbedder(context, flags, parseSpec({ ...specWith(file, flags), ...universe, data: source, strategies: account })),
  );
  return { data, specs, understood };
}

/** The embedder of a run's memory where nobody named one: that of the memory it starts from, else that of the settings. */
function withEmbedder({ settings }: Context, { memoryEmbedder }: SpecFlags, spec: ReplaySpec): ReplaySpec {
  const { memory } = spec;
  if (memory === undefined || memory.embedder !== undefined || memoryEmbedder !== undefined) return spec;
  const start = startingMemory(memory);
  const id = start === null ? undefined : memoryTables(start)!.active.id;
  const embedder = id === undefined ? settings.values.llmEmbed : id === localEmbedderId ? undefined : embedderModel(id);
  return embedder === undefined ? spec : { ...spec, memory: { ...memory, embedder } };
}
