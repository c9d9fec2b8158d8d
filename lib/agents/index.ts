/** agents: roles that ask language models, the room in which they decide, agent cards, routing through model tiers, masking. */
export { type AgentCard, agentCardSchema, cardHash, cardNames, loadCard, parseCard } from './card.js';
export { AgentInputError, PromptAuditError } from './errors.js';
export { actionsTable } from './ladder.js';
export { maskedNames, type Names, plainNames } from './masking.js';
export { decideInRoom, type RoomEffects, type RoomSettings, type RoomState, roomState } from './room.js';
export { loadRouting, type RoutingSettings, routingHash } from './routing/settings.js';
export { ruleModels } from './rule-models.js';
