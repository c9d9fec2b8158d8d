/** agents: roles that ask language models, the room in which they decide, agent cards, routing through model tiers, masking. */
export { auditPrompts, type PromptAudit } from './audit-prompts.js';
export { type AgentCard, agentCardSchema, cardHash, cardNames, loadCard, parseCard } from './card.js';
export { AgentInputError, PromptAuditError } from './errors.js';
export { type Cited, fabricatedEvidenceRate } from './evidence.js';
export { actionsTable } from './ladder.js';
export { type ComparedRun, type MaskedDifference, maskedDifference } from './masked-difference.js';
export { loadAliases, maskedNames, type Names, plainNames } from './masking.js';
export { insideRoles, readerRoles } from './roles/all.js';
export { decideInRoom, type RoomEffects, type RoomSettings, type RoomState, roomState } from './room.js';
export { type Calibration, calibrate } from './routing/calibrate.js';
export type { RoutingRecord } from './routing/cascade.js';
export { bySide, type RoutedDecision, routingOf } from './routing/judged.js';
export { type RoutingReport, routingReport, type Share } from './routing/report.js';
export { loadRouting, type RoutingSettings, routingHash } from './routing/settings.js';
export { ruleModels } from './rule-models.js';
export { modelSummary } from './summariser.js';
