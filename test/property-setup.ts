/** Every property of a run begins at the seed that the vitest config gives; a failure prints it, and PROPERTY_SEED=<seed> npm test repeats it. */
import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    propertySeed: number;
  }
}

fc.configureGlobal({ seed: inject('propertySeed') });
