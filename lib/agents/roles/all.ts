/** Every role of the room, for lists. */
import { bear } from './bear.js';
import { bull } from './bull.js';
import { compact } from './compact.js';
import { investJudge } from './invest-judge.js';
import { market } from './market.js';
import { fundamentals, news, sentiment, textReader } from './readers.js';
import { riskManager } from './risk-manager.js';
import { aggressive, conservative, neutral } from './risk-views.js';
import { trader } from './trader.js';

export const readerRoles = [textReader, news, fundamentals, sentiment];
export const insideRoles = [market, bull, bear, investJudge, trader, aggressive, neutral, conservative, riskManager, compact];
