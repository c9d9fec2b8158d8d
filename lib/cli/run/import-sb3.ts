/** What `hindcast import-sb3` does: import, report what the policy can't have learned, show what it does, write the bundle. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError, projectRoot } from '../../core/index.js';
import { importSb3, loadBundle, type PolicyBundle, saveBundle } from '../../rl/index.js';
import type { Context, Done } from '../action.js';
import { tableLines } from '../table.js';

export interface ImportSb3Flags {
  readonly model: string;
  readonly normalizer?: string;
  readonly schema: string;
  readonly actions: string;
  readonly masked?: boolean;
  readonly out?: string;
  readonly force?: boolean;
}

export async function importModel({ say }: Context, flags: ImportSb3Flags): Promise<Done> {
  const { model, normalizer, schema, actions, masked = false, force = false } = flags;
  const folder = resolve(flags.out ?? join(projectRoot(), 'models', basename(model).replace(/\.zip$/i, '')));
  const { bundle, features, samples } = importSb3({
    model: resolve(model),
    normaliser: normalizer === undefined ? undefined : resolve(normalizer),
    name: basename(folder),
    schema,
    actions,
    masked,
  });
  checkPlace(folder, bundle, force);

  const sizes = bundle.policy.layers.map((layer) => layer.outputs);
  say(
    `${bundle.schema.features.length} features -> ${sizes.join(' -> ')}, ${bundle.policy.activation}; schema ${schema}, actions ${actions}`,
  );
  say();
  if (bundle.normaliser === null) say('The environment was saved with norm_obs off: observations go in as they are.');
  const sick = features.filter(({ state }) => state !== 'ok');
  if (features.length > 0 && sick.length === 0) say('No dead or saturated feature.');
  if (sick.length > 0) {
    say(`${sick.length} of ${features.length} features taught the policy nothing. It is imported as it is:`);
    for (const { name, state, why } of sick) say(`  ${name}: ${state}, ${why}`);
  }
  say();
  say('Five made-up observations (all features at their mean, then draws around it):');
  type Sample = (typeof samples)[number];
  const number = (value: number) => value.toFixed(4);
  const columns = [
    { head: 'action', cell: (row: Sample) => row.action },
    ...bundle.actions.rows.map(({ name }, i) => ({ head: name, align: 'right' as const, cell: (row: Sample) => number(row.logits[i]!) })),
  ];
  for (const line of tableLines(columns, samples)) say(`  ${line}`);
  saveBundle(folder, bundle);
  say();
  say(`Bundle ${bundle.hash.slice(0, 12)} in ${folder}`);
  return { json: { command: 'import-sb3', folder, hash: bundle.hash, name: bundle.name, source: bundle.source, features, samples } };
}

/** Another bundle at that place is only replaced when asked. */
function checkPlace(folder: string, bundle: PolicyBundle, force: boolean): void {
  if (force || !existsSync(join(folder, 'bundle.json'))) return;
  const { hash } = loadBundle(folder);
  if (hash === bundle.hash) return;
  throw new InputError(
    `import-sb3: expected no other bundle in ${folder}, got ${hash.slice(0, 12)}. Give another --out, or --force to replace it.`,
  );
}
