/** The bars that ship with the project. */
import { embeddedData } from '../embedded.js';
import { sourceOfData } from './from-data.js';
import type { Source } from './source.js';

export const embedded = (name: 'cn' | 'us'): Source => sourceOfData(`embedded:${name}`, async () => embeddedData(name), []);
