/** Agent cards: who an agent is, in YAML; a new agent needs no code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { hashOf, lazyPackage, projectRoot } from '../core/index.js';
import { AgentInputError } from './errors.js';

const yaml = lazyPackage<typeof import('yaml')>('yaml');

const on = z.boolean().default(true);

export const agentCardSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'small letters, digits and dashes'),
  description: z.string().max(200).default(''),
  persona: z.string().min(1).max(2000).describe('said to every role'),
  mode: z.enum(['compact', 'full']).default('compact').describe('compact: all roles in one question; full: each role by itself'),
  rounds: z.int().min(1).max(5).default(1).describe('rounds of debate between bull and bear'),
  riskAppetite: z.number().min(0).max(1).default(0.5).describe('0: keeps what it has; 1: takes every chance'),
  horizonSessions: z.int().min(1).max(60).default(5),
  every: z.int().min(1).max(60).default(1).describe('sessions between two decisions without news; news is always decided on'),
  memory: z.boolean().default(true),
  lessons: z.int().min(1).max(20).default(6).describe('rows recalled for a role'),
  newsDays: z.int().min(0).max(60).default(7).describe('days in which a reading stays on the desk; 0: text is not read'),
  readCalls: z
    .int()
    .min(1)
    .max(200)
    .default(24)
    .describe('most questions about the new texts of a decision, for each reader; what is left of long texts is counted'),
  roles: z
    .strictObject({
      market: on,
      fundamentals: on,
      news: on,
      sentiment: on,
      debate: on,
      invest_judge: on,
      risk_views: on,
      risk_manager: on,
    })
    .prefault({}),
});
export type AgentCard = z.output<typeof agentCardSchema>;

const shipped = (): string => join(projectRoot(), 'lib', 'agents', 'cards');

/** Names of the cards that ship. */
export const cardNames = (): string[] =>
  readdirSync(shipped())
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -5))
    .sort();

/** A card that ships, by name, or one of your own, by path. Throws AgentInputError for one that can't be read or is wrong. */
export function loadCard(nameOrPath: string): AgentCard {
  const path = /^[a-z][a-z0-9-]*$/.test(nameOrPath) ? join(shipped(), `${nameOrPath}.yaml`) : resolve(nameOrPath);
  if (!existsSync(path))
    throw new AgentInputError(
      `loadCard: expected one of ${cardNames().join(', ')} or the path of a card, got ${JSON.stringify(nameOrPath)}. See hindcast agents list.`,
    );
  let content: unknown;
  try {
    content = yaml().parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AgentInputError(`loadCard: expected YAML in ${path}, got ${(cause as Error).message.split('\n')[0]}. Correct the file.`, {
      cause,
    });
  }
  return parseCard(content, path);
}

/** Throws AgentInputError that names the first key that doesn't fit. */
export function parseCard(content: unknown, from = 'the card'): AgentCard {
  const parsed = agentCardSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.join('.') || 'the whole';
  throw new AgentInputError(`parseCard: expected an agent card in ${from}, got a wrong ${where}: ${issue.message}. Correct that key.`);
}

export const cardHash = (card: AgentCard): string => hashOf(card);

/** What the card says to every role. */
export const personaOf = ({ persona, riskAppetite, horizonSessions }: AgentCard): string =>
  `${persona.trim()} Appetite for risk ${riskAppetite} of 1. You think in ${horizonSessions} sessions.`;
