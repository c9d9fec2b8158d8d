/** memory: what the roles remember, in an embedded LanceDB: chunks, embedders and their health, recall cut by instant, lessons. */
export { MemoryError } from './errors.js';
export { ExactIndex, type Neighbour, type SearchOptions } from './exact-index.js';
export { type FloatRows, rowsInFile, rowsInMemory } from './float-rows.js';
