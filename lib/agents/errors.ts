/** Errors of the agents room. */
import { HindcastError, InputError } from '../core/index.js';

/** A card, routing file or run that can't be used. */
export class AgentInputError extends InputError {}

/** A prompt that is not what its fragments say, or holds what was not known yet: the code is wrong, and nothing was asked. */
export class PromptAuditError extends HindcastError {}
