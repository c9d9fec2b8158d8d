/** The registered observation schemas, by name. */
import { daily8 } from './daily8.js';
import { FeatureError } from './errors.js';
import type { ObservationSchema } from './observation.js';

const schemas: readonly ObservationSchema[] = [daily8 as ObservationSchema];

/** The schema of a name. Throws FeatureError, naming the known ones, on any other. */
export function observationSchema(name: string): ObservationSchema {
  const found = schemas.find((schema) => schema.name === name);
  if (!found) {
    throw new FeatureError(
      `observationSchema: expected one of ${schemas.map((schema) => schema.name).join(', ')}, got ${JSON.stringify(name)}. Choose a listed one.`,
    );
  }
  return found;
}
