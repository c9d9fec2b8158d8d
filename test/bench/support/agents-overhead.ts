/** What the room takes for a decision beside the models: everything but the answers, which fixed rules give at once. */
import { decideInRoom, loadCard, loadRouting, plainNames, roomState, ruleModels } from '../../../lib/agents/index.js';
import { monotonicMs } from '../../../lib/core/index.js';
import { memoryMeter } from '../../../lib/llm/index.js';
import { item, lesson, SYMBOL, viewWith } from '../../agents/support.js';

const DECISIONS = 200;
const ROUNDS = 5;

/**
 * Milliseconds a decision, a value for each round, in the full room (eleven questions) and in compact mode (three): 250 bars, two items
 * to read, six lessons recalled.
 */
export async function overheadMs(): Promise<{ full: number[]; compact: number[] }> {
  const effects = { models: ruleModels(), secret: 'bench', meter: memoryMeter() };
  const news = [
    item('Net profit changed by 12.5 % on the year. Analysts had expected 8 %.'),
    item('Orders fell.', { id: 'news-2', symbols: [] }),
  ];
  const items = Array.from({ length: 6 }, (_, i) => lesson(`l${i}`, 0.01 * (i - 2)));
  const view = viewWith({ news, drift: 0.001, recall: async () => ({ status: 'ok', items }) });
  const measured = async (name: string): Promise<number[]> => {
    const settings = { card: loadCard(name), routing: loadRouting(), names: plainNames };
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const start = monotonicMs();
      for (let i = 0; i < DECISIONS; i++) await decideInRoom(view, SYMBOL, roomState(), settings, effects);
      // The first round warms up.
      if (round > 0) times.push((monotonicMs() - start) / DECISIONS);
    }
    return times;
  };
  return { full: await measured('committee'), compact: await measured('balanced') };
}
