/** How strongly an item pushes each session so that its signal has a wanted correlation with the return of its horizon. */

/**
 * Loading l of each session's open-to-close shock on the signal S: shock = sqrt(1 - l^2) x noise + l x S. With n sessions, their
 * n - 1 nights of variance c = overnight / intraday each, and no other link between sessions,
 * corr(S, R)^2 = n^2 l^2 / (n + (n - 1) c + n (n - 1) l^2); solved for l. Above 1 or NaN: no loading reaches that correlation.
 */
export function effectLoading(information: number, horizon: number, overnightShare: number): number {
  const nights = ((horizon - 1) * overnightShare) / (1 - overnightShare);
  const squared = information * information;
  return Math.sqrt((squared * (horizon + nights)) / (horizon * horizon - squared * horizon * (horizon - 1)));
}
