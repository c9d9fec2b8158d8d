/** The observation schemas by id, and which of a schema's features a policy uses. */
import { InputError } from '../core/index.js';
import { ashare14 } from './ashare14.js';
import type { RlFeature, RlSchema } from './schema-contract.js';
import { scaleFreeV1 } from './schema-scale-free.js';

/** The schema of new training. */
export const DEFAULT_SCHEMA = 'scale-free-v1';

const schemas: readonly RlSchema[] = [scaleFreeV1 as RlSchema, ashare14 as RlSchema];

export const rlSchemaIds = (): readonly string[] => schemas.map((schema) => schema.id);

/** Throws InputError with the known ids. */
export function rlSchema(id: string): RlSchema {
  const found = schemas.find((schema) => schema.id === id);
  if (found !== undefined) return found;
  throw new InputError(`rlSchema: expected one of ${rlSchemaIds().join(', ')}, got ${JSON.stringify(id)}. Choose a listed one.`);
}

/** All features of a schema in order, market first. */
export const rlFeatures = (schema: RlSchema): readonly RlFeature[] => [...schema.market.features, ...schema.account.features];

/** Which features of a schema are used: places in its market part and in its account part. */
export interface FeatureChoice {
  readonly schema: RlSchema;
  readonly features: readonly RlFeature[];
  readonly market: readonly number[];
  readonly account: readonly number[];
}

/**
 * The whole schema, or the named features of it: constant ones may be left out of a policy, never moved. Throws InputError unless the
 * names (and units, where given) are features of the schema in its order.
 */
export function chooseFeatures(schema: RlSchema, chosen?: readonly (string | RlFeature)[]): FeatureChoice {
  const all = rlFeatures(schema);
  const places = chosen === undefined ? all.map((_, i) => i) : placesOf(schema.id, all, chosen);
  const width = schema.market.features.length;
  return {
    schema,
    features: places.map((place) => all[place]!),
    market: places.filter((place) => place < width),
    account: places.filter((place) => place >= width).map((place) => place - width),
  };
}

function placesOf(id: string, all: readonly RlFeature[], chosen: readonly (string | RlFeature)[]): number[] {
  const places: number[] = [];
  for (const wanted of chosen) {
    const { name, unit } = typeof wanted === 'string' ? { name: wanted, unit: undefined } : wanted;
    const place = all.findIndex((feature) => feature.name === name);
    const last = places.length === 0 ? -1 : places[places.length - 1]!;
    if (place < 0 || place <= last || (unit !== undefined && unit !== all[place]!.unit)) {
      throw new InputError(
        `chooseFeatures: expected features of ${id} in their order (${all.map((feature) => feature.name).join(', ')}), got ${name}${unit === undefined ? '' : ` in ${unit}`}. Use the schema that the policy was trained on.`,
      );
    }
    places.push(place);
  }
  if (places.length > 0) return places;
  throw new InputError(`chooseFeatures: expected at least one feature of ${id}, got none. Name some.`);
}
