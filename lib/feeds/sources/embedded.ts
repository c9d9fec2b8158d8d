/** The bars that ship with the project. */
import { embeddedData } from '../embedded.js';
import type { EmbeddedName } from '../embedded-sets.js';
import { sourceOfData } from './from-data.js';
import type { Source } from './source.js';

export const embedded = (name: EmbeddedName): Source => sourceOfData(`embedded:${name}`, async () => embeddedData(name), []);
