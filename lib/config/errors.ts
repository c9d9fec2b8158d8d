/** The room's error. */
import { InputError } from '../core/index.js';

/** A setting has a wrong name or value. */
export class ConfigError extends InputError {}
