/** Whether an answer can be used: it ended by itself, it has text, it is JSON of the form that was asked for, the prompt was read whole. */
import { BadAnswer } from '../feeds/index.js';
import type { FullQuestion, RawAnswer } from './contract.js';
import { EmptyAnswer, InvalidJson, LengthCut, PromptTooLong, SchemaMismatch } from './errors.js';
import { estimatePrompt } from './token-estimate.js';

export type Checked =
  | { readonly ok: true; readonly text: string /** The parsed answer, where a form was asked for. */; readonly value?: unknown }
  | { readonly ok: false; readonly fault: BadAnswer };

/** The estimate is never off by so much: a server that counts less has cut the prompt (Ollama cuts its front to half of num_ctx). */
const FRACTION_READ_MIN = 0.25;
/** Short prompts, where the template counts for much, are left alone. */
const ESTIMATE_MIN = 400;
/** The estimate is never too high by so much: such a prompt is not sent. */
const ESTIMATE_OVER = 2;

/** The error of a prompt that surely does not fit, before it is sent; undefined for one that may. The server has the last word. */
export function promptFault(model: string, question: FullQuestion): PromptTooLong | undefined {
  const { messages, numCtx, numPredict } = question;
  const room = numCtx - numPredict;
  const estimate = estimatePrompt(messages);
  if (estimate <= room * ESTIMATE_OVER) return undefined;
  return new PromptTooLong(
    model,
    `expected a prompt of ${room} tokens (numCtx ${numCtx} less numPredict ${numPredict}), got about ${estimate}. Shorten it, or raise llmNumCtx.`,
  );
}

export function checkAnswer(model: string, question: FullQuestion, answer: RawAnswer): Checked {
  const { numCtx, numPredict, format } = question;
  const { promptTokens } = answer.usage;
  const estimate = estimatePrompt(question.messages);
  const bad = (fault: BadAnswer): Checked => ({ ok: false, fault });
  if (promptTokens >= numCtx || (estimate > ESTIMATE_MIN && promptTokens < estimate * FRACTION_READ_MIN)) {
    const says = `expected the server to read the whole prompt (about ${estimate} tokens), got ${promptTokens} of a context of ${numCtx}.`;
    return bad(new PromptTooLong(model, `${says} Shorten it, or raise llmNumCtx.`));
  }
  if (answer.doneReason === 'length') {
    const says = `expected an answer that ends within ${numPredict} tokens, got one cut off after ${answer.usage.completionTokens}.`;
    return bad(new LengthCut(model, `${says} Ask for a shorter one, or raise numPredict.`, { body: answer.text }));
  }
  if (answer.doneReason === 'content_filter') {
    return bad(new BadAnswer(model, "expected an answer, got the server's content filter. Take another model for this text."));
  }
  const text = withoutThinking(answer.text);
  if (text.trim() === '')
    return bad(new EmptyAnswer(model, 'expected an answer, got no text. Ask again, or raise numPredict if it thinks.'));
  if (!format) return { ok: true, text };
  let json: unknown;
  try {
    json = JSON.parse(withoutFence(text));
  } catch (cause) {
    const says = `expected JSON of the form ${format.name}, got ${JSON.stringify(text.slice(0, 120))}: ${(cause as Error).message}.`;
    return bad(new InvalidJson(model, `${says} Ask again, or take a model that follows forms.`, { cause, body: text }));
  }
  const checked = format.check(json);
  if (checked.ok) return { ok: true, text, value: checked.value };
  return bad(new SchemaMismatch(model, `expected JSON of the form ${format.name}, got ${checked.says}. Ask again.`, { body: text }));
}

/** Some servers leave what a model thought in its answer. */
const withoutThinking = (text: string): string => text.replace(/^\s*<think>[\s\S]*?<\/think>/, '');

/** Models without a grammar put JSON into a fence of Markdown. */
const withoutFence = (text: string): string => /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
