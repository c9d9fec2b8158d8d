import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
export function define(_command: Command, _action: ActionOf): void {}
