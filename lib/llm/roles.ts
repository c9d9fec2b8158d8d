/** The roles that ask models, with the tier that each begins with, and how a tier climbs. */

export const tiers = ['small', 'medium', 'large'] as const;
export type Tier = (typeof tiers)[number];

/**
 * Reading and summing up is for small models, arguing for medium ones; who decides gets the large one. `reader` reads text from
 * outside and has no say in trades; `compact` is all roles in one question.
 */
export const roleTiers = {
  reader: 'small',
  market: 'small',
  fundamentals: 'small',
  news: 'small',
  sentiment: 'small',
  summariser: 'small',
  bull: 'medium',
  bear: 'medium',
  aggressive: 'medium',
  neutral: 'medium',
  conservative: 'medium',
  compact: 'medium',
  invest_judge: 'large',
  trader: 'large',
  risk_manager: 'large',
} as const satisfies Readonly<Record<string, Tier>>;

export type Role = keyof typeof roleTiers;
export const roles = Object.keys(roleTiers) as Role[];

/** The next tier up; undefined from the top. */
export const tierAbove = (tier: Tier): Tier | undefined => tiers[tiers.indexOf(tier) + 1];
