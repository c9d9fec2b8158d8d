/** What the broker did not do, and what it charged. */

import type { Subject } from '../subject.js';
import { type Table, tableHtml } from '../table.js';

export function rejectionsHtml({ rejections }: Subject): string {
  if (rejections.length === 0) return '<p>No order, and no part of one, was refused.</p>';
  const table: Table = {
    thinBy: 'head',
    columns: [
      { name: 'Reason', format: 'text', values: rejections.map((r) => r.reason) },
      { name: 'Orders or parts', unit: 'count', format: 'count', values: rejections.map((r) => r.count) },
      { name: 'Quantity', unit: 'units', format: 'count', values: rejections.map((r) => r.units) },
    ],
  };
  return tableHtml(table, 'Orders, or parts of orders, that were not done');
}

export function costsHtml({ costs }: Subject, currency: string, minorPerMajor: number): string {
  if (costs.length === 0) return '<p>Nothing was traded, so nothing was charged.</p>';
  const total = costs.reduce((sum, c) => sum + c.minor, 0);
  const table: Table = {
    thinBy: 'head',
    columns: [
      { name: 'Component', format: 'text', values: [...costs.map((c) => c.name), 'All fills'] },
      {
        name: 'Paid',
        unit: currency,
        format: 'money',
        values: [...costs.map((c) => c.minor), total].map((minor) => minor / minorPerMajor),
      },
      { name: 'Share', format: 'percent', values: [...costs.map((c) => (total === 0 ? null : c.minor / total)), total === 0 ? null : 1] },
    ],
  };
  return tableHtml(table, 'Costs of the fills by component');
}
