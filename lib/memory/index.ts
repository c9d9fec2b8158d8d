/** memory: what the roles remember, in an embedded LanceDB: chunks, embedders and their health, recall cut by instant, lessons. */
export { type MemoryUse, memoryUses, type RecallOf, recallFor } from './ablation.js';
export { memoryTables } from './card-file.js';
export { checkMemory, type MemoryCheck } from './check.js';
export { type ChunkOptions, chunkText, type TextChunk } from './chunk-text.js';
export { decayWeight, halfLifeDays } from './decay.js';
export { documentRows, type LongDocument, leadSummary, type Summarise } from './document-rows.js';
export type { Embedder, EmbedOptions } from './embedder.js';
export { MemoryError } from './errors.js';
export { ExactIndex, type Neighbour, type SearchOptions } from './exact-index.js';
export { exportMemory, type ImportResult, importMemory, quarantined } from './exchange.js';
export { type FloatRows, rowsInFile, rowsInMemory } from './float-rows.js';
export { checkEmbedder, type EmbedderCard, EmbedderError, registerEmbedder, type Sickness } from './health.js';
export { episodeRow, type LessonBody, lessonRow, maximRows, type RememberedDecision, type SettledOutcome } from './lessons.js';
export { localEmbedder, localEmbedderId } from './local-embedder.js';
export type { Health, Memory, MemoryCounts } from './memory.js';
export { type MemoryOptions, openMemory } from './open-memory.js';
export { reembed } from './reembed.js';
export {
  type MemoryKind,
  type MemoryLayer,
  type MemoryOwner,
  type MemoryRow,
  memoryRow,
  memoryRowSchema,
  type NewMemoryRow,
} from './row.js';
export { type EmbedderFacts, embedderId, embedderModel, factsOf, recordedEmbedder, serverEmbedder } from './server-embedder.js';
export { WaitingRows } from './waiting-rows.js';
