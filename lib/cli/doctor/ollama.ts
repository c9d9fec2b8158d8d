/** Whether an Ollama server answers. */
import type { Check } from './check.js';

/** As long as the other checks wait for a program: a server on a busy machine is not absent. Where none is, the refusal comes at once. */
const TIMEOUT_MS = 10_000;

export async function checkOllama(host: string, apiKey: string | undefined): Promise<Check> {
  const base = /^https?:\/\//.test(host) ? host : `http://${host}`;
  const absent = (found: string): Check => ({
    what: 'Ollama',
    state: 'optional',
    found,
    mend: 'start `ollama serve`, or set OLLAMA_HOST; without it the rule analyst stands in, labelled as rules',
  });
  try {
    const answer = await fetch(new URL('/api/version', base), {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(apiKey && { headers: { authorization: `Bearer ${apiKey}` } }),
    });
    if (!answer.ok) return absent(`${base} answered ${answer.status}`);
    const { version } = (await answer.json()) as { version?: string };
    return { what: 'Ollama', state: 'ok', found: `${version} at ${base}` };
  } catch (error) {
    const cause = (error as Error).cause as { code?: string } | undefined;
    return absent(`none at ${base} (${cause?.code ?? (error as Error).name})`);
  }
}
