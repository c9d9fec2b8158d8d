/** The smallest worth of an order, as exchanges and files state it, in whole minor units. */

/** `major` in minor units, rounded up; 1.1 is 110 of a hundredth, whatever the double product says. */
export const leastMinor = (major: number, minorPerMajor: number): number => Math.ceil(Number((major * minorPerMajor).toPrecision(15)));
