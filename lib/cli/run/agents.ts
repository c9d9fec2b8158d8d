/** What `hindcast agents` does: cards and roles listed, routing reported and calibrated, masked runs compared. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type AgentCard,
  agentCardSchema,
  auditPrompts,
  bySide,
  type Cited,
  calibrate,
  cardHash,
  cardNames,
  fabricatedEvidenceRate,
  insideRoles,
  loadCard,
  loadRouting,
  maskedDifference,
  type RoutedDecision,
  readerRoles,
  routingOf,
  routingReport,
  type Share,
} from '../../agents/index.js';
import { InputError, sha256, writeFileAtomic } from '../../core/index.js';
import { modelFor, modelPlan, Transcripts } from '../../llm/index.js';
import { openRun, type RunFolder } from '../../replay/index.js';
import type { Context, Done } from '../action.js';
import { tableLines } from '../table.js';

export interface RoutingFlags {
  readonly horizon: number;
}

export interface CalibrateFlags extends RoutingFlags {
  readonly out: string;
  readonly from: string;
  readonly worth: number;
}

const percent = (value: number | null): string => (value === null ? 'n/a' : `${(100 * value).toFixed(1)} %`);
const shareText = ({ count, of, share, low, high }: Share): string =>
  share === null ? 'n/a' : `${percent(share)} (${count} of ${of}; 95 %: ${percent(low)} .. ${percent(high)})`;
const yuan = (microYuan: number): string => `${(microYuan / 1e6).toFixed(4)} yuan`;

export async function agentsList({ say, settings }: Context): Promise<Done> {
  const cards = cardNames().map(loadCard);
  const cardColumns = [
    { head: 'card', cell: (card: AgentCard) => card.id },
    { head: 'mode', cell: (card: AgentCard) => card.mode },
    { head: 'appetite', align: 'right' as const, cell: (card: AgentCard) => String(card.riskAppetite) },
    { head: 'horizon', align: 'right' as const, cell: (card: AgentCard) => String(card.horizonSessions) },
    { head: 'what it does', cell: (card: AgentCard) => card.description },
  ];
  for (const line of tableLines(cardColumns, cards)) say(line);
  say();
  const plan = modelPlan(settings.values);
  const roles = [...readerRoles, ...insideRoles].map((role) => ({
    role: role.name,
    reads: readerRoles.includes(role) ? 'text from outside' : 'facts, readings, answers',
    model: modelFor(plan, role.name).model,
    template: role.template.id,
  }));
  const roleColumns = [
    { head: 'role', cell: (row: (typeof roles)[number]) => row.role },
    { head: 'reads', cell: (row: (typeof roles)[number]) => row.reads },
    { head: 'asks', cell: (row: (typeof roles)[number]) => row.model },
    { head: 'template', cell: (row: (typeof roles)[number]) => row.template },
  ];
  for (const line of tableLines(roleColumns, roles)) say(line);
  say();
  say('A card of your own is a YAML file: hindcast replay --strategy llm --set card=my-agent.yaml');
  return { json: { command: 'agents list', cards: cards.map((card) => ({ ...card, hash: cardHash(card) })), roles } };
}

export async function agentsShow({ say }: Context, nameOrPath: string): Promise<Done> {
  const card = loadCard(nameOrPath);
  const about = agentCardSchema.shape;
  for (const [key, value] of Object.entries(card)) {
    const meaning = about[key as keyof typeof about].description;
    say(`${key}: ${JSON.stringify(value)}${meaning === undefined ? '' : `   # ${meaning}`}`);
  }
  return { json: { command: 'agents show', hash: cardHash(card), card } };
}

/** The routed decisions of a run, and the side that the market took by the horizon. */
function routedOf(run: RunFolder, horizon: number): { decisions: RoutedDecision[]; labels: Map<string, number | null> } {
  const decisions = run.decisions().flatMap((row) => {
    const record = routingOf(row.analyses);
    return record ? [{ id: row.id, record }] : [];
  });
  if (decisions.length === 0)
    throw new InputError(`agents: expected decisions of the strategy llm in ${run.folder}, got none. Replay with --strategy llm.`);
  const labels = new Map(
    run
      .outcomes()
      .filter((row) => row.horizon === horizon)
      .map((row) => [row.decision, row.label] as const),
  );
  return { decisions, labels };
}

export async function agentsRouting({ say }: Context, { horizon }: RoutingFlags, folder: string): Promise<Done> {
  const run = openRun(resolve(folder));
  const { decisions, labels } = routedOf(run, horizon);
  const report = routingReport(decisions, bySide(labels));
  const cited = run.decisions().flatMap((row) => row.analyses.flatMap(citedBy));
  const fabricated = fabricatedEvidenceRate(cited);
  const columns = [
    { head: 'tier', cell: (row: (typeof report.tiers)[number]) => row.tier },
    { head: 'decided', align: 'right' as const, cell: (row: (typeof report.tiers)[number]) => String(row.decided) },
    { head: 'share', align: 'right' as const, cell: (row: (typeof report.tiers)[number]) => percent(row.share) },
    { head: 'asked', align: 'right' as const, cell: (row: (typeof report.tiers)[number]) => String(row.calls) },
    { head: 'cost', align: 'right' as const, cell: (row: (typeof report.tiers)[number]) => yuan(row.microYuan) },
  ];
  for (const line of tableLines(columns, report.tiers)) say(line);
  say();
  say(`thresholds ${report.versions.join(', ')}; ${report.decisions} decisions, judged by outcomes of ${horizon} sessions`);
  say(`kept below the large tier: ${report.kept.decisions}; shadow calls cost ${yuan(report.shadowMicroYuan)}`);
  say(`  the large tier took the same side: ${shareText(report.kept.sameSide)}`);
  say(`  right: ${shareText(report.kept.right)}; the large tier: ${shareText(report.kept.largeRight)}`);
  say(`went up: ${report.escalated.decisions}`);
  say(`  for nothing, the same action came back: ${shareText(report.escalated.needless)}, ${yuan(report.escalated.needlessMicroYuan)}`);
  say(`  regretted, the first answer was right: ${shareText(report.escalated.regretted)}`);
  say(
    `abstained: ${
      Object.entries(report.abstained)
        .map(([because, count]) => `${because} ${count}`)
        .join(', ') || 'never'
    }`,
  );
  say(`made-up evidence: ${percent(fabricated)} of what models named`);
  const unread = run.decisions().flatMap((row) => row.analyses.flatMap(unreadIn));
  const unreadCharacters = unread.reduce((sum, characters) => sum + characters, 0);
  if (unread.length > 0) say(`text that nobody read: ${unreadCharacters} characters, in ${unread.length} decisions`);
  for (const mark of run.row.marks) say(`  ${mark}`);
  const facts = { fabricatedEvidenceRate: fabricated, unreadCharacters };
  return {
    json: { command: 'agents routing', run: run.row.run, marks: run.row.marks, horizon, ...facts, ...report },
  };
}

/** Of a role's reasons, or of the figures that readers named. */
function citedBy(analysis: unknown): Cited[] {
  const { cited, role, figures, unfounded } = analysis as Partial<Cited> & { readonly cited?: Cited; readonly role?: string };
  if (cited !== undefined) return [cited];
  return role === 'readings' ? [{ evidence: 0, invented: 0, figures: figures ?? 0, unfounded: unfounded ?? 0 }] : [];
}

/** Characters of outside text that a decision's readers left. */
const unreadIn = (analysis: unknown): number[] => {
  const { role, unread } = analysis as { readonly role?: string; readonly unread?: number };
  return role === 'readings' && unread !== undefined ? [unread] : [];
};

/** Exit code 1 when a prompt is not what its decision says. */
export async function agentsAudit({ say, settings }: Context, folder: string): Promise<Done> {
  const run = openRun(resolve(folder));
  const path = join(settings.values.resultsDir, 'transcripts.sqlite');
  const prompts = new Map<string, string>();
  if (existsSync(path)) {
    const transcripts = new Transcripts(path);
    for (const { id, prompt } of transcripts.ofRun(run.row.run)) prompts.set(id, prompt);
    transcripts.close();
  }
  const audit = auditPrompts(run.decisions(), (transcript) => prompts.get(transcript));
  say(`${audit.prompts} prompts compared byte for byte with what the decisions say of them, ${audit.missing} not in ${path}`);
  for (const { decision, role, fault } of audit.faults.slice(0, 20)) say(`  ${decision} ${role}: ${fault}`);
  const sound = audit.faults.length === 0 && audit.missing === 0;
  if (audit.prompts === 0) say(audit.missing === 0 ? 'no model was asked' : 'name the folder of the transcripts with --results');
  else say(audit.faults.length === 0 ? 'none holds anything else, or anything known later' : `${audit.faults.length} are wrong`);
  return { json: { command: 'agents audit', run: run.row.run, sound, ...audit }, exitCode: sound ? 0 : 1 };
}

export async function agentsCalibrate({ say }: Context, { horizon, out, from, worth }: CalibrateFlags, folders: string[]): Promise<Done> {
  const runs = folders.map((folder) => openRun(resolve(folder)));
  const all = runs.map((run) => routedOf(run, horizon));
  const decisions = all.flatMap((one) => one.decisions);
  const labels = new Map(all.flatMap((one) => [...one.labels]));
  const version = `fit-${sha256(`${runs.map(({ row }) => `${row.run} ${row.digests['decisions.jsonl'] ?? ''}`).join('\n')}\n${horizon} ${worth} ${from}`).slice(0, 10)}`;
  const { settings, fits, left } = calibrate(decisions, bySide(labels), loadRouting(from), { version, worth });
  if (Object.keys(fits).length === 0)
    throw new InputError(
      `agents calibrate: expected at least 50 decisions where a small and a large tier answered and the outcome is known, got ${Math.max(0, ...Object.values(left))}. Raise shadowShare in the run's thresholds, or give more runs.`,
    );
  writeFileAtomic(resolve(out), `${JSON.stringify(settings, null, 2)}\n`);
  for (const [signal, fit] of Object.entries(fits)) {
    const { threshold, low, high, cases, upShare, gain } = fit;
    say(
      `${signal}: ${threshold.toFixed(3)} (95 %: ${low.toFixed(3)} .. ${high.toFixed(3)}) from ${cases} cases; ${percent(upShare)} go up, for ${gain.toFixed(4)} a decision`,
    );
  }
  for (const [signal, cases] of Object.entries(left)) say(`${signal}: left as it was, ${cases} cases are too few`);
  say(`thresholds ${version} in ${resolve(out)}`);
  return { json: { command: 'agents calibrate', out: resolve(out), settings, left } };
}

export async function agentsMasking({ say }: Context, masked: string, unmasked: string): Promise<Done> {
  const open = (folder: string, mask: boolean) => {
    const run = openRun(resolve(folder));
    const is = run.spec.strategies.some(({ parameters }) => parameters['mask'] === true);
    if (is !== mask)
      throw new InputError(
        `agents masking: expected ${mask ? 'a masked' : 'an unmasked'} run in ${folder}, got ${is ? 'a masked' : 'an unmasked'} one. Name the run with --set mask=true first.`,
      );
    const decisions = run.decisions().map(({ session, symbol, decision: { action } }) => ({ session, symbol, action }));
    return { run, compared: { decisions, equityMinor: run.equity.equityMinor } };
  };
  const [one, other] = [open(masked, true), open(unmasked, false)];
  const difference = maskedDifference(one.compared, other.compared);
  const { mean, low, high } = difference.returnPerSession;
  const bp = (value: number): string => (1e4 * value).toFixed(2);
  say(`decisions that came out otherwise: ${shareText(difference.decisions)}`);
  say(`return a session, masked less unmasked: ${bp(mean)} bp (95 %: ${bp(low)} .. ${bp(high)})`);
  for (const mark of new Set([...one.run.row.marks, ...other.run.row.marks])) say(`  ${mark}`);
  return { json: { command: 'agents masking', masked: one.run.row.run, unmasked: other.run.row.run, ...difference } };
}
