/** The sweep part: the best of many pairs of averages, with what makes one doubt it beside it. */
import { join } from 'node:path';
import { embeddedData } from '../../feeds/index.js';
import { openRun } from '../../replay/index.js';
import { SPLIT_DEFAULTS } from '../../stats/index.js';
import { runSearch } from '../../sweep/index.js';
import { besideLines } from '../run/sweep-lines.js';
import { summariesOf } from '../summary.js';
import { stage, TourInterrupted, type TourPart } from './part.js';

const SPEC = { data: 'embedded:cn', symbols: ['000001.SZ'], from: '2007-06-21', to: '2020-06-30' };
const GRID = { fast: '5:45:5', slow: '50:200:10' };

export const sweep: TourPart = {
  title: 'Sweep: every SMA cross of a grid on 000001.SZ, the best one again through the loop',
  accounts: 2,
  async run(effects) {
    const data = embeddedData('cn');
    const { file, folder, interrupted } = await runSearch(
      { spec: SPEC, space: { strategies: [{ strategy: 'sma-cross', parameters: GRID }] }, splits: { ...SPLIT_DEFAULTS, purge: 20 } },
      { ...effects.replay, data, progress: ({ done, total, at }) => effects.progress('sweep', done / total, at) },
    );
    if (interrupted) throw new TourInterrupted();
    effects.done();
    const hold = await stage(effects, data, SPEC)([{ id: 'buy-and-hold' }], 'account');
    const runs = [openRun(join(folder, '..', file.honest!.runs[0]!)), openRun(hold.folder)];
    const [best, held] = summariesOf(runs);
    const notes = [...besideLines(file), 'How it is read: notebooks/02-sweeps.ipynb'];
    return { runs, summaries: [{ ...best!, strategy: `best of ${file.configurations.all}` }, held!], notes };
  },
};
