/** The manager of one account: turns the intents of one or several strategies into numbered orders, each with action, size and reason. */
import type { ActionTable, PortfolioState } from '../core/index.js';
import { actionRow, isRejection, type RiskSettings } from '../market/index.js';
import { ManagerError } from './errors.js';
import type { Execution, ExecutionContext, Manager, Member, SignedIntent } from './execution.js';
import { numberOrders } from './numbering.js';
import { capRisk, planOrders, size } from './plan.js';

const NOTHING: Execution = Object.freeze({ orders: [], rejections: [], abstentions: 0, warnings: [] });
const ONE_ABSTENTION: Execution = Object.freeze({ ...NOTHING, abstentions: 1 });
const NO_SETTLEMENT = Object.freeze({ attributions: [], rejections: [] });

export interface ManagerOptions {
  readonly members: readonly Member[];
  /** null: no caps. */
  readonly risk: RiskSettings | null;
}

/** Members that share one account without books of their own, such as a strategy and its `exits`. */
export class MultiStrategyManager implements Manager {
  readonly members: readonly Member[];
  private readonly risk: RiskSettings | null;
  private readonly first: Member;
  private nextOrderId = 1;

  constructor({ members, risk }: ManagerOptions) {
    this.members = checkMembers(members);
    this.first = members[0]!;
    this.risk = risk;
  }

  executeSignals(intents: readonly SignedIntent[], account: PortfolioState, context: ExecutionContext): Execution {
    if (intents.length === 0) return NOTHING;
    if (intents.length === 1) {
      const intent = intents[0]!;
      if (intent.action === null) return ONE_ABSTENTION;
      if (actionRow(this.tableOf(intent.strategy ?? this.first.id), intent.action)?.size.kind === 'none') return NOTHING;
      if (this.risk === null) return this.executeOne(intent, account, context);
    }
    return this.executeMany(intents, account, context);
  }

  /** One intent shares its cash with nobody: it is what {@link size} says. */
  private executeOne(intent: SignedIntent, account: PortfolioState, context: ExecutionContext): Execution {
    const strategy = intent.strategy ?? this.first.id;
    const result = size(intent, strategy, this.tableOf(strategy), account, context);
    if (result === null) return NOTHING;
    if (isRejection(result)) return { ...NOTHING, rejections: [result] };
    return { ...NOTHING, orders: [{ id: this.nextOrderId++, ...result }] };
  }

  private executeMany(intents: readonly SignedIntent[], account: PortfolioState, context: ExecutionContext): Execution {
    const plan = planOrders(intents, (strategy) => this.tableOf(strategy), this.first.id, account, context);
    const warnings = capRisk(plan.buys, account, context, this.risk);
    const orders = numberOrders([...plan.sells, ...plan.buys], this.nextOrderId, plan.rejections);
    this.nextOrderId += orders.length;
    return { orders, rejections: plan.rejections, abstentions: plan.abstentions, warnings };
  }

  private tableOf(strategy: string): ActionTable {
    if (strategy === this.first.id) return this.first.actions;
    return memberNamed(this.members, strategy).actions;
  }

  openSession(): void {}

  settleOpen(): typeof NO_SETTLEMENT {
    return NO_SETTLEMENT;
  }

  portfolioOf(_member: string, account: PortfolioState): PortfolioState {
    return account;
  }

  snapshot(): { nextOrderId: number } {
    return { nextOrderId: this.nextOrderId };
  }

  restore(snapshot: unknown): void {
    this.nextOrderId = (snapshot as { nextOrderId: number }).nextOrderId;
  }
}

/** Throws ManagerError unless there is at least one member and no name comes twice. */
export function checkMembers(members: readonly Member[]): readonly Member[] {
  const ids = members.map((member) => member.id);
  if (ids.length === 0 || new Set(ids).size !== ids.length) {
    throw new ManagerError(`manager: expected strategies with different ids, got ${ids.join(', ') || 'none'}. Give each one its name.`);
  }
  return members;
}

export function memberNamed(members: readonly Member[], strategy: string): Member {
  const member = members.find(({ id }) => id === strategy);
  if (member) return member;
  throw new ManagerError(
    `executeSignals: expected an intent of ${members.map(({ id }) => id).join(', ')}, got one of ${strategy}. Add it to the members.`,
  );
}
