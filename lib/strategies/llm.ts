/**
 * `llm`: a room of language-model roles decides for one symbol. Models, secret and counters come from the run; without models fixed
 * rules (`rule:v1`) speak for every role, and the strategy's id says so.
 */
import { z } from 'zod';
import {
  type AgentCard,
  actionsTable,
  cardHash,
  decideInRoom,
  loadAliases,
  loadCard,
  loadRouting,
  maskedNames,
  plainNames,
  type RoomEffects,
  type RoomState,
  roomState,
  routingHash,
  ruleModels,
} from '../agents/index.js';
import { hashOf, type Instrument, type Step, type Strategy } from '../core/index.js';
import { memoryMeter } from '../llm/index.js';
import { StrategyError } from './errors.js';
import { NO_INTENTS } from './intents.js';
import { readParameters } from './parameters.js';

export const llmSchema = z.strictObject({
  card: z.string().min(1).default('balanced').describe('an agent card, by name or path; see hindcast agents list'),
  mode: z.enum(['card', 'compact', 'full']).default('card').describe('one question or every role by itself; card: as the card says'),
  routing: z.string().min(1).default('default').describe('thresholds of the model tiers: default or a file of hindcast agents calibrate'),
  mask: z.boolean().default(false).describe('relative dates and neutral names in prompts, to measure what a model remembers'),
  aliases: z.string().default('').describe('JSON file of further names by symbol that mask takes out of texts'),
});

/** What a run lends to its room. */
export interface LlmEffects extends RoomEffects {
  /** Of the run: names to mask. */
  readonly instruments?: readonly Instrument[];
}

/** Where no run lends models: the rules speak, nothing is kept, and fences guard nothing that anybody reads. */
const rulesOnly = (): LlmEffects => ({ models: ruleModels(), secret: 'rules', meter: memoryMeter() });

export function llm(parameters: z.input<typeof llmSchema> = {}, effects: LlmEffects = rulesOnly()): Strategy<RoomState> {
  const { card: name, mode, routing: thresholds, mask, aliases } = readParameters('llm', llmSchema, parameters);
  const card = cardOf(name, mode);
  const routing = loadRouting(thresholds);
  if (mask && effects.instruments === undefined)
    throw new StrategyError("llm: expected the run's instruments to mask, got none. Run it in a replay, or without mask.");
  const names = mask ? maskedNames(effects.instruments!, aliases === '' ? {} : loadAliases(aliases)) : plainNames;
  const rules = Object.keys(effects.models.plan.models).length === 0;
  return {
    // A run whose strategy is `rule:...` is marked as rules, not a model, wherever its numbers are shown.
    id: `${rules ? 'rule:v1+' : ''}llm:${card.id}${card.mode === 'full' ? '-full' : ''}${mask ? '-masked' : ''}`,
    scope: 'symbol',
    actions: actionsTable,
    init: roomState,
    async decide(view, symbols, state): Promise<Step<RoomState>> {
      const intent = await decideInRoom(view, symbols[0]!, state, { card, routing, names }, effects);
      return { intents: intent === null ? NO_INTENTS : [intent], state };
    },
  };
}

const cardOf = (name: string, mode: 'card' | AgentCard['mode']): AgentCard => {
  const card = loadCard(name);
  return mode === 'card' ? card : { ...card, mode };
};

/** Digests of the card and the thresholds: they stand for names and paths in a run's identity. */
export const llmModels = (parameters: Readonly<Record<string, unknown>>): Record<string, string> => ({
  card: cardHash(loadCard(String(parameters['card']))),
  routing: routingHash(loadRouting(String(parameters['routing']))),
  ...(parameters['aliases'] ? { aliases: hashOf(loadAliases(String(parameters['aliases']))) } : {}),
});
