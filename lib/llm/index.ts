/** llm: asking language models, with every question and answer on record, within a budget, from whichever server is configured. */
export { type ActionDistribution, actionDistribution, agreement, margin } from './action-distribution.js';
export { type AnswerFormat, answerFormat, type TypedFormat } from './answer-format.js';
export { type Abstention, type Asked, ask, type Question } from './ask.js';
export { type Budget, type BudgetLimits, type BudgetState, BudgetStop, emptyBudget, openBudget, type Spent } from './budget.js';
export type { ChatQuestion, Message, ModelFacts, TokenLogprob, Usage } from './contract.js';
export type { Embedded } from './embed-texts.js';
export {
  BadVectors,
  EmptyAnswer,
  type FailureKind,
  failureKind,
  InvalidJson,
  LengthCut,
  LlmInputError,
  ModelMissing,
  NoModel,
  PromptTooLong,
  QueueFull,
  RecordedFailure,
  SchemaMismatch,
  StreamBroken,
  TranscriptError,
  UnseenPrompt,
} from './errors.js';
export { type Counter, type Labels, type Meter, memoryMeter } from './meter.js';
export { type Choice, escalation, type ModelPlan, modelFor, modelPlan } from './model-plan.js';
export { type Attempt, type ChatAnswer, type ChatRequest, type Models, type ModelsOptions, openModels } from './models.js';
export { type ModelRow, type ModelsTable, modelsTable, type RoleRow } from './models-table.js';
export { costOf, type Price } from './price.js';
export { type Role, roles, roleTiers, type Tier, tierAbove, tiers } from './roles.js';
export { RULE } from './rule-provider.js';
export { textDiff } from './text-diff.js';
export { estimatePrompt, estimateTokens } from './token-estimate.js';
export type { TranscriptEntry } from './transcript-entry.js';
export { exportTranscript, importTranscript, transcriptLineSchema } from './transcript-file.js';
export { Transcripts } from './transcripts.js';
