/** The room in which one decision is made: new text is read, the roles speak, what they say is checked and clamped. */
import type { Instant, Intent, Symbol, View } from '../core/index.js';
import { type Meter, type Models, modelFor, type Role } from '../llm/index.js';
import type { DecisionAnswer } from './answers.js';
import type { AgentCard } from './card.js';
import { type Desk, openDesk, type Recalled } from './desk.js';
import { evidenceOf } from './evidence.js';
import type { InsideFragment } from './fragment.js';
import { type GraphNode, runGraph } from './graph.js';
import { type LadderAction, withinOneStep } from './ladder.js';
import type { Names } from './masking.js';
import { newestReadings } from './newest-readings.js';
import { insidePrompt } from './prompt.js';
import { readText, type TextRead } from './read-text.js';
import type { Reading } from './reading.js';
import { type RoleRecord, recordOf, roleOrder } from './record.js';
import type { InsideRole } from './role.js';
import { bear } from './roles/bear.js';
import { bull } from './roles/bull.js';
import { compact } from './roles/compact.js';
import { investJudge } from './roles/invest-judge.js';
import { market } from './roles/market.js';
import { riskManager } from './roles/risk-manager.js';
import { aggressive, conservative, neutral } from './roles/risk-views.js';
import { trader } from './roles/trader.js';
import { decideInTiers, type Routed, type RoutingRecord } from './routing/cascade.js';
import type { RoutingSettings } from './routing/settings.js';
import { type Sitting, type Spoken, speak } from './speak.js';

export interface RoomEffects {
  readonly models: Models;
  /** Of the run, kept in its record: whoever knows it can make the fences again. */
  readonly secret: string;
  readonly meter: Meter;
}

export interface RoomSettings {
  readonly card: AgentCard;
  readonly routing: RoutingSettings;
  readonly names: Names;
}

/** Plain JSON; one a symbol. */
export interface RoomState {
  /** Instant of the last look at the news; -1 before the first. */
  seen: Instant;
  /** Sessions since the roles were last asked. */
  rested: number;
  /** What was read and still matters. */
  readings: Reading[];
}

export const roomState = (): RoomState => ({ seen: -1, rested: Number.MAX_SAFE_INTEGER, readings: [] });

const DAY = 86_400_000;
/** Newest items of the company, and of all of which those about the whole market are taken: they have no door of their own. */
const LOOKED_THROUGH = 200;
const PART = { reader: 'reader', anchor: 'anchor' } as const;

/** One decision; null when the card does not ask today. Moves `state`. Throws BudgetStop and UnseenPrompt. */
export async function decideInRoom(
  view: View,
  symbol: Symbol,
  state: RoomState,
  settings: RoomSettings,
  effects: RoomEffects,
): Promise<Intent | null> {
  const { card, names } = settings;
  const items = newItems(view, symbol, state, card);
  state.rested = Math.min(state.rested + 1, Number.MAX_SAFE_INTEGER);
  state.readings = state.readings.filter(({ knownAt }) => view.asOf - knownAt <= card.newsDays * DAY);
  const news = items.some(({ symbols }) => symbols.length > 0);
  if (!news && state.rested < card.every) {
    // What was not read yet is read when the roles are asked.
    return null;
  }
  state.seen = view.asOf;
  state.rested = 0;

  const sitting: Sitting = { models: effects.models, meter: effects.meter, asOf: view.asOf, spoken: [] };
  const text = await readText(sitting, items, { symbol, card, names, secret: effects.secret });
  state.readings = newestReadings([...state.readings, ...text.readings], KEPT_READINGS);
  const desk = openDesk(view, symbol, state.readings, { card, names, meter: effects.meter });
  const place = `${view.asOf}|${symbol}`;
  const ask = (role: InsideRole<DecisionAnswer>, heard: readonly Spoken[]) =>
    decide(sitting, desk, role, heard, { ...settings, secret: effects.secret, place });

  const [final, anchor] = await Promise.all([
    card.mode === 'compact' ? ask(compact, []) : committee(sitting, desk, ask),
    desk.readings.length === 0 ? null : anchored(sitting, desk),
  ]);
  return intentOf({ symbol, desk, sitting, text, final, anchor });
}

/** Readings on the desk; prompts show six. */
const KEPT_READINGS = 12;

function newItems(view: View, symbol: Symbol, state: RoomState, { newsDays }: AgentCard) {
  if (newsDays === 0) return [];
  const since = Math.max(state.seen + 1, view.asOf - newsDays * DAY);
  const own = view.news({ symbols: [symbol], since, limit: LOOKED_THROUGH });
  const wide = view.news({ since, limit: LOOKED_THROUGH }).filter(({ symbols }) => symbols.length === 0);
  return [...own, ...wide];
}

const promptFor = <T>(role: InsideRole<T>, desk: Desk, fragments: readonly InsideFragment[]) =>
  insidePrompt([role.template, desk.shown.card, ...fragments]);

/** A role that gives an opinion. */
async function say<T>(sitting: Sitting, desk: Desk, role: InsideRole<T>, heard: readonly Spoken[], round = 1): Promise<Spoken<T>> {
  const recalled = await recalledBy(desk, role);
  return speak(
    sitting,
    role.name,
    promptFor(role, desk, role.reads(desk, recalled, heard)),
    role.form,
    () => role.byRule(desk, recalled, heard),
    { choice: modelFor(sitting.models.plan, role.name), round },
  );
}

/** A role that decides, through the tiers. */
async function decide(
  sitting: Sitting,
  desk: Desk,
  role: InsideRole<DecisionAnswer>,
  heard: readonly Spoken[],
  { routing, secret, place }: { readonly routing: RoutingSettings; readonly secret: string; readonly place: string },
): Promise<Routed> {
  const recalled = await recalledBy(desk, role);
  const prompt = promptFor(role, desk, role.reads(desk, recalled, heard));
  return decideInTiers(sitting, { role, prompt, desk, recalled, heard, routing, secret, place: `${place}|${role.name}` });
}

const NOTHING: Recalled = { lessons: [], shown: [] };
const recalledBy = <T>(desk: Desk, { owner }: InsideRole<T>): Promise<Recalled> =>
  owner === undefined ? Promise.resolve(NOTHING) : desk.recalled(owner);

/** What numbers alone give: no reading and no memory stands in this prompt, so that no stranger has a part in the answer. */
async function anchored(sitting: Sitting, desk: Desk): Promise<Spoken<DecisionAnswer>> {
  const bare: Desk = { ...desk, readings: [], shown: { ...desk.shown, readings: [] } };
  const prompt = promptFor(compact, bare, compact.reads(bare, NOTHING, []));
  return speak(sitting, compact.name, prompt, compact.form, () => compact.byRule(bare, NOTHING, []), {
    choice: modelFor(sitting.models.plan, compact.name),
    part: PART.anchor,
  });
}

/** The full room: analyst, debate, judge, trader, views on risk, risk manager; who needs nothing of each other speaks at once. */
async function committee(
  sitting: Sitting,
  desk: Desk,
  ask: (role: InsideRole<DecisionAnswer>, heard: readonly Spoken[]) => Promise<Routed>,
): Promise<Routed> {
  const { roles, rounds } = desk.card;
  const nodes: Record<string, GraphNode> = {};
  const add = <T>(name: string, needs: readonly string[], run: (heard: Spoken[]) => Promise<T>): string => {
    nodes[name] = { needs, run: (got) => run(needs.flatMap((need) => heardFrom(got.get(need)))) };
    return name;
  };
  const analysts = roles.market ? [add('market', [], (heard) => say(sitting, desk, market, heard))] : [];
  let debate: string[] = [];
  if (roles.debate) {
    for (let round = 1; round <= rounds; round++) {
      const before = [...analysts, ...debate];
      debate = [bull, bear].map((side) => add(`${side.name}#${round}`, before, (heard) => say(sitting, desk, side, heard, round)));
    }
  }
  const judge = roles.invest_judge
    ? [add('invest_judge', [...analysts, ...debate], (heard) => say(sitting, desk, investJudge, heard))]
    : [];
  const plan = add('trader', [...analysts, ...(judge.length > 0 ? judge : debate)], (heard) => ask(trader, heard));
  const views = roles.risk_views
    ? [aggressive, neutral, conservative].map((view) => add(view.name, [plan], (heard) => say(sitting, desk, view, heard)))
    : [];
  const last = roles.risk_manager ? add('risk_manager', [plan, ...views], (heard) => ask(riskManager, heard)) : plan;
  const done = await runGraph(nodes);
  // A plan that nobody could make is not risk-managed into one.
  const planned = done.get(plan) as Routed;
  return planned.answer === null ? planned : (done.get(last) as Routed);
}

function heardFrom(result: unknown): Spoken[] {
  const routed = result as Partial<Routed> & Partial<Spoken>;
  if (routed.record === undefined) return [result as Spoken];
  return routed.answer ? [routed.answer as Spoken] : [];
}

interface Settled {
  readonly symbol: Symbol;
  readonly desk: Desk;
  readonly sitting: Sitting;
  readonly text: TextRead;
  readonly final: Routed;
  readonly anchor: Spoken<DecisionAnswer> | null;
}

function intentOf({ symbol, desk, sitting, text, final, anchor }: Settled): Intent {
  const spoken = [...sitting.spoken].sort(roleOrder);
  const analyses: (RoleRecord | RoutingRecord | object)[] = spoken.map(recordOf);
  const { pieces, unread, ...readings } = text;
  if (readings.readings.length > 0 || unread > 0)
    analyses.push({ role: 'readings', ...readings, ...(pieces > 0 && { pieces }), ...(unread > 0 && { unread }) });
  if (unread > 0) sitting.meter.add('agent_unread_characters_total', {}, unread);
  analyses.push(final.record);
  const anchorAction = anchor?.ok ? anchor.value.action : null;
  const chosen = final.answer?.value.action ?? null;
  const action: LadderAction | null = chosen === null ? null : anchor === null ? chosen : withinOneStep(chosen, anchorAction);
  const clamped = action !== chosen;
  if (anchor !== null) analyses.push({ role: 'clamp', chosen, anchor: anchorAction, action });
  const memory = desk.memoryState();
  const microYuan = spoken.reduce((sum, one) => sum + one.microYuan, 0);
  return {
    symbol,
    action,
    confidence: final.answer === null ? 0 : Math.round(1e4 * final.answer.value.confidence) / 1e4,
    why: whyOf(final, clamped ? anchorAction : undefined) + (unread === 0 ? '' : `; ${unread} characters of text were not read`),
    evidence: evidenceOf(spoken.map(({ prompt }) => prompt)),
    detail: {
      situation: desk.situation,
      analyses,
      ...(desk.card.mode === 'full' && { debate: debateOf(spoken) }),
      transcripts: spoken.flatMap(({ transcripts }) => transcripts),
      tokens: spoken.reduce((sum, { tokens }) => sum + tokens, 0),
      // A yuan is 100 fen and a million micro-yuan.
      costMinor: microYuan / 1e4,
      ...(memory && { memory }),
    },
  };
}

function whyOf({ answer, record }: Routed, clampedTo: LadderAction | null | undefined): string {
  if (answer === null) return `abstained: ${record.because}${record.reasons.length > 0 ? ` after ${record.reasons.join(', ')}` : ''}`;
  const { value, by, role } = answer;
  const says = value.reasons.map(({ evidence, says: words }) => `${evidence} ${words}`).join('; ');
  const wrong = value.wrongAt === null ? '' : `; wrong at ${value.wrongAt}`;
  const clamp = clampedTo === undefined ? '' : `; ${value.action} held within one step of ${clampedTo ?? 'HOLD'}, which numbers alone gave`;
  return `${by === 'rule' ? 'rule:v1 (rules, not a model)' : role}: ${says}${wrong}${clamp}`;
}

const DEBATERS: readonly Role[] = ['bull', 'bear', 'invest_judge'];
const debateOf = (spoken: readonly Spoken[]) =>
  spoken
    .filter((one) => one.ok && DEBATERS.includes(one.role))
    .map((one) => ({ role: one.role, round: one.round, answer: one.ok ? one.value : null }));
