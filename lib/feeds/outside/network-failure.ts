/** What Node and undici throw when a connection fails, as the room's errors. */
import { OutsideError, TimeoutError, Unavailable } from './errors.js';

const TIMEOUTS = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const BROKEN = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/** The first error code along the chain of causes. */
function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}

/** An OutsideError as it is, a failed connection as one, anything else unchanged: that is a fault of the code, not of the source. */
export function fromNetwork(source: string, label: string, error: unknown): unknown {
  if (error instanceof OutsideError) return error;
  const code = codeOf(error);
  if (code !== undefined && TIMEOUTS.has(code)) {
    return new TimeoutError(source, `expected an answer to ${label}, got none (${code}). Try again, or allow it more time.`, {
      cause: error,
    });
  }
  if (code !== undefined && BROKEN.has(code)) {
    return new Unavailable(source, `expected an answer to ${label}, got a broken connection (${code}). Check address and network.`, {
      cause: error,
    });
  }
  return error;
}
