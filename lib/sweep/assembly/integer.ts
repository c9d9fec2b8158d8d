// The integer sweep over whole columns: the door of its kernel. All addresses are in bytes; nothing is read or written outside the
// columns that are named. lib/sweep/primitives.ts has the same loops in plain JavaScript.
export { addConstant, addMarks, addRoundedMarks, putConstant, worthOfRow } from './integer-columns';
export { curveAdd, curveEnd } from './integer-curve';
export { walk } from './integer-walk';
export { crossOfSums, nextOther } from './integer-wants';
