/** The lab part: the same rules in a made market with something to learn, and in one with nothing. */
import { labMarket, labPreset } from '../../feeds/index.js';
import type { Summary } from '../summary.js';
import { partResult, stage, type TourPart } from './part.js';

const PRESET = 'clear';
const CONTROL = 'nothing';
const STOCKS = 8;
const SEED = 1;

export const lab: TourPart = {
  title: `Lab market, synthetic: ${STOCKS} made-up stocks of lab:${PRESET} and lab:${CONTROL} (where nothing can be learned)`,
  accounts: 4,
  async run(effects) {
    const rules: Summary[] = [];
    const results = [];
    for (const preset of [PRESET, CONTROL]) {
      const { data, truth } = labMarket(labPreset(preset), SEED);
      // Old enough to be there on the first session.
      const stocks = data.instruments.filter(({ kind, listedOn }) => kind === 'stock' && (listedOn ?? 0) <= truth.sessions[0]!);
      const symbols = stocks.slice(0, STOCKS).map(({ symbol }) => symbol);
      const play = stage(effects, data, { data: `lab:${preset}@${SEED}`, symbols, from: '2018-06-01', to: '2022-11-30' });
      const part = partResult([await play([{ id: 'rule:v1' }], 'account'), await play([{ id: 'buy-and-hold' }], 'account')]);
      const summaries = part.summaries.map((summary) => ({ ...summary, strategy: `${preset}/${summary.strategy}` }));
      rules.push(summaries[0]!);
      results.push({ ...part, summaries });
    }
    const runs = results.flatMap((part) => part.runs);
    return {
      runs,
      summaries: results.flatMap(({ summaries }) => summaries),
      notes: [...new Set(runs.flatMap(({ row }) => row.notes)), ...shown(rules)],
    };
  },
};

/** What the intervals of the rules' Sharpe ratios say. */
function shown(rules: readonly Summary[]): string[] {
  const [there, control] = rules.map(({ sharpeAnnualLow95: low, sharpeAnnualHigh95: high }) =>
    low === null || high === null ? 'has no figure' : low > 0 ? 'lies above zero' : high < 0 ? 'lies below zero' : 'spans zero',
  );
  const found =
    there === control ? `${there} on both: bars alone don't tell the two apart here` : `${there} on ${PRESET}, ${control} on ${CONTROL}`;
  return [`rule:v1 is rules, not a model. Its Sharpe's 95 % ${found}.`, 'What a reader of their news finds: notebooks/05-lab-market.ipynb'];
}
