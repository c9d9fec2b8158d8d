/** Orders of a batch of environments, one at a time: sized at the decision, filled at the next open. */
import type { ActionTable } from '../core/index.js';
import type { RiskSettings } from '../market/index.js';
import type { AccountColumns } from './account-columns.js';
import { type EnvFills, envFills } from './env-fills.js';
import type { EnvMarket } from './env-market.js';
import { envOrder, FILLED, REJECTED, SCALED, SIDE, TURNOVER } from './env-order.js';
import { type EnvSizes, envSizes } from './env-sizes.js';

export interface EnvOrders extends EnvSizes, EnvFills {
  /** The order at hand. */
  readonly order: Float64Array;
  begin(): void;
}

/** `instrumentOf`: place of each environment's instrument. `risk` null: no caps. */
export function envOrders(
  market: EnvMarket,
  accounts: AccountColumns,
  instrumentOf: Int32Array,
  actions: ActionTable,
  risk: RiskSettings | null,
): EnvOrders {
  const order = envOrder();
  return {
    order,
    begin() {
      order[SIDE] = 0;
      order[SCALED] = 0;
      order[REJECTED] = 0;
      order[FILLED] = 0;
      order[TURNOVER] = 0;
    },
    ...envSizes(market, accounts, actions, risk, order),
    ...envFills(market, accounts, instrumentOf, order),
  };
}
