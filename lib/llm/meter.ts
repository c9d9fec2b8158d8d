/** Counters of model calls, under the names that the project's metrics have. */

export type Labels = Readonly<Record<string, string>>;

/** Where counters go. Names: llm_tokens_total, llm_cost_total_yuan, llm_requests_by_tier_total. */
export interface Meter {
  add(name: string, labels: Labels, value: number): void;
}

export interface Counter {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Counters in memory, ordered by name and labels. */
export function memoryMeter(): Meter & { counters(): Counter[] } {
  const counters = new Map<string, Counter>();
  return {
    add(name, labels, value) {
      const key = JSON.stringify([name, Object.entries(labels).sort()]);
      counters.set(key, { name, labels, value: (counters.get(key)?.value ?? 0) + value });
    },
    counters: () => [...counters.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counter]) => counter),
  };
}

const MICRO = 1_000_000;

/** One answer, as the counters see it. `served`: by a server now, or from the transcript. */
export function countCall(
  meter: Meter,
  call: {
    readonly model: string;
    readonly tier: string;
    readonly outcome: string;
    readonly served: 'live' | 'recorded';
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly costMicroYuan: number;
  },
): void {
  const { model, tier, outcome, served, promptTokens, completionTokens, costMicroYuan } = call;
  meter.add('llm_requests_by_tier_total', { tier, model, outcome, served }, 1);
  meter.add('llm_tokens_total', { model, kind: 'prompt', served }, promptTokens);
  meter.add('llm_tokens_total', { model, kind: 'completion', served }, completionTokens);
  meter.add('llm_cost_total_yuan', { model, served }, costMicroYuan / MICRO);
}
