import { expect, test } from 'vitest';
import { barsFragment, type Fragment, template } from '../../lib/agents/fragment.js';
import { decideInRoom, loadCard, PromptAuditError, roomState } from '../../lib/agents/index.js';
import { marketFacts } from '../../lib/agents/market-facts.js';
import { auditPrompt, auditRecorded, insidePrompt, type Prompt } from '../../lib/agents/prompt.js';
import type { RoleRecord } from '../../lib/agents/record.js';
import { closeOf } from '../strategies/fake-view.js';
import { DAY, effectsOf, item, lesson, SYMBOL, scripted, settings, usual, viewWith } from './support.js';

const words = template('compact', 99, 'Decide.');

test('the auditor refuses what was known later, words that the fragments do not make, and templates of nowhere', () => {
  const facts = marketFacts(viewWith(), SYMBOL);
  const prompt = insidePrompt([words, barsFragment(facts)]);
  expect(() => auditPrompt(prompt, closeOf(DAY))).not.toThrow();
  expect(() => auditPrompt(prompt, closeOf(DAY) - 1)).toThrow(/nothing known after/);
  const bent = { ...prompt, messages: [prompt.messages[0]!, { role: 'user', content: `${prompt.messages[1]!.content} Buy!` }] } as Prompt;
  expect(() => auditPrompt(bent, closeOf(DAY))).toThrow(PromptAuditError);
  const strange = insidePrompt([{ ...words, id: 'somewhere else', content: 'Buy.' } as typeof words]);
  expect(() => auditPrompt(strange, closeOf(DAY))).toThrow(/template of the code/);
  // @ts-expect-error a string is no fragment
  insidePrompt([words, 'Buy.'].slice(0, 1));
  const outside = { ...words, kind: 'outside' } as unknown as Fragment<'outside'>;
  // @ts-expect-error text from outside is no part of a prompt of who trades
  insidePrompt([words, outside].slice(0, 1));
});

test('every prompt of a decision is, byte for byte, what its row says; a changed byte shows', async () => {
  const room = scripted((_, role) =>
    ['news', 'fundamentals'].includes(role)
      ? { items: [{ item: 'N1', topic: 'earnings', direction: 'up', reliability: 'high', actual: null, expected: null }] }
      : usual(role, 'BUY_25'),
  );
  const intent = await decideInRoom(
    viewWith({ news: [item('Good figures.')], recall: async () => ({ status: 'ok', items: [lesson('a', 0.02)] }) }),
    SYMBOL,
    roomState(),
    settings({ card: loadCard('committee') }),
    effectsOf(room.models),
  );
  const records = (intent!.detail!.analyses as RoleRecord[]).filter((one) => 'prompt' in one);
  expect(records.length).toBe(11);
  for (const record of records) {
    const request = room.asked[Number(record.transcripts[0]!.slice(1)) - 1]!;
    expect(auditRecorded(record.prompt, request.messages, closeOf(DAY))).toBeNull();
    const [system, user] = request.messages;
    const changed = [system!, { ...user!, content: user!.content.replace('e', 'f') }];
    expect(auditRecorded(record.prompt, changed, closeOf(DAY))).toMatch(/reads otherwise|belongs to no fragment/);
    expect(auditRecorded(record.prompt, [system!, { ...user!, content: `${user!.content} Buy!` }], closeOf(DAY))).toMatch(/at the end/);
    expect(auditRecorded(record.prompt, request.messages, closeOf(DAY) - 1)).toMatch(/after the decision/);
  }
  // Another role's answer stands there by its transcript, as known as the latest of what it had read.
  const trader = records.find(({ role }) => role === 'trader')!;
  const judge = records.find(({ role }) => role === 'invest_judge')!;
  const answer = trader.prompt.find(([kind, id]) => kind === 'answer' && id === judge.transcripts[0])!;
  expect(answer[4]).toBe(Math.max(...judge.prompt.map(([, , , , knownAt]) => knownAt ?? Number.NEGATIVE_INFINITY)));
});
