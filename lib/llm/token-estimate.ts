/** About how many tokens a text takes, without the model's tokenizer: for the check before a prompt is sent, never for a bill. */

/**
 * Pieces as byte-pair tokenizers of today cut them: a word is a token for each 5 letters, a number one for each 2 digits, a Chinese
 * character nearly one, a line end or sign one; single spaces belong to the word behind them.
 */
const PIECES = /[\p{Script=Latin}]+|\p{N}+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|\s+|[^\s]/gu;

/** Measured against SmolLM2 and Ollama's count: test/llm/ollama.integration.test.ts. Within a factor of two for prose and JSON. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECES)) {
    const first = piece.codePointAt(0)!;
    if (/\s/.test(piece)) tokens += piece.includes('\n') ? 1 : piece.length > 1 ? 1 : 0;
    else if (/\p{N}/u.test(piece)) tokens += Math.ceil(piece.length / 2);
    else if (first < 0x2e80) tokens += Math.ceil(piece.length / 5);
    else tokens += piece.length * 0.9;
  }
  return Math.ceil(tokens);
}

/** Tokens that a chat template puts around a message. */
const MESSAGE_TOKENS = 5;

export const estimatePrompt = (messages: readonly { readonly content: string }[]): number =>
  messages.reduce((sum, { content }) => sum + MESSAGE_TOKENS + estimateTokens(content), 3);
