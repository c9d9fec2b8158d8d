import { hideSecrets } from './secrets.js';

/**
 * The project's errors. Text: `fn: expected X, got Y. Do Z.` Every room derives its own class from {@link HindcastError};
 * `exitCode` is what the command line returns for it (2 = the caller's input, 1 = anything else). Known secrets are masked in the
 * message, wherever it then goes: a screen, a ledger, a transcript.
 */
export class HindcastError extends Error {
  readonly exitCode: number = 1;
  constructor(message: string, options?: { cause?: unknown }) {
    super(hideSecrets(message), options as ErrorOptions);
    this.name = new.target.name;
  }
}

/** The caller gave something that can't be used: a file, a flag, a parameter. */
export class InputError extends HindcastError {
  override readonly exitCode: number = 2;
}

/** A read past the instant of a view. Never caught by the loop: a strategy that does this has no result. */
export class FutureReadError extends HindcastError {}

/** An integer quantity of money, price or units left the range in which doubles are exact. */
export class OverflowError extends HindcastError {}
