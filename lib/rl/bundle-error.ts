/** What a policy file that can't be used is refused with. */
import { InputError } from '../core/index.js';

/** A policy bundle, or a part of one, that is missing, mismatched or changed. The text names the part. */
export class BundleError extends InputError {}

/** A stable-baselines3 file that can't be imported. The text names what was refused. */
export class Sb3Error extends InputError {}
