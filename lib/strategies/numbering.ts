/** Gives planned orders their numbers and turns every cut into a typed rejection. */
import type { Order, Rejection } from '../core/index.js';
import type { Planned } from './plan.js';

/** Orders numbered from `nextId` on, in the order given; what was cut off or cut away whole goes to `rejections`. */
export function numberOrders(planned: readonly Planned[], nextId: number, rejections: Rejection[]): Order[] {
  const orders: Order[] = [];
  let id = nextId;
  for (const { draft, cuts } of planned) {
    const order: Order | null = draft.quantity > 0 ? { id: id++, ...draft } : null;
    if (order) orders.push(order);
    for (const cut of cuts) {
      rejections.push({
        orderId: order?.id ?? null,
        symbol: draft.symbol,
        side: draft.side,
        day: draft.decidedOn,
        quantity: cut.quantity,
        reason: cut.reason,
        detail: cut.detail,
        action: draft.action,
        strategy: draft.strategy,
      });
    }
  }
  return orders;
}
