/** A large CSV file streamed into a store: one pass over its text, each row checked as the loader checks it, one Parquet file a symbol. */
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { statedVolumeUnit } from '../columns.js';
import { FeedError } from '../errors.js';
import { headOf } from './import-head.js';
import type { Imported, ImportRequest } from './import-request.js';
import { stage } from './import-stage.js';
import { placeSymbol, writeSymbol } from './import-symbol.js';
import { Scratch } from './scratch.js';
import { several } from './several.js';
import { Spill } from './staged-rows.js';

/** See {@link importInto}. All or nothing up to the last check; then symbol by symbol, each whole. */
export async function importCsv(request: ImportRequest): Promise<Imported> {
  const { folder, path, options = {} } = request;
  if (options.onBadRow === 'skip' || options.tickSize !== undefined)
    throw new FeedError(
      `importInto: expected plain options for a file of this size, got ${options.tickSize === undefined ? 'bad rows to skip' : 'a tickSize'}. Mend the rows, or import in parts below 64 MB.`,
    );
  const { table, bodyStart } = headOf(path);
  const staging = join(folder, `.import-${process.pid}`);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  const spill = await Spill.at(join(staging, 'rows'));
  try {
    const staged = await stage(request, table, bodyStart, spill);
    const stated = options.volumeUnit ?? statedVolumeUnit(table.header?.[table.columns.volume as number]);
    const scratch = new Scratch();
    const written = await several(staged, (one) => writeSymbol(one, request, staging, stated, scratch));
    await several(written, (one) => placeSymbol(request, one));
    const lots = written.filter(({ unit }) => unit === 'lots').length;
    return {
      symbols: written.map(({ instrument }) => instrument.symbol).sort(),
      bars: written.reduce((sum, { rows }) => sum + rows, 0),
      how: 'stream',
      remarks: [
        `${basename(path)}: ${written.length} symbols, ${lots > 0 ? `volume of ${lots} in lots, turned into shares` : 'volume in shares'}`,
      ],
    };
  } finally {
    await spill.close();
    rmSync(staging, { recursive: true, force: true });
  }
}
