/** tanh as a quotient of two polynomials: what every kernel computes, in the same steps, so that plain JavaScript can give the bits of SIMD. */

/**
 * limit, -limit, then x (a0 + a1 s + ... + a6 s^6) / (b0 + b1 s + b2 s^2 + b3 s^3) with s = x^2, highest powers first: the coefficients of
 * Eigen 3.4 (generic_fast_tanh_float, Eigen/src/Core/MathFunctionsImpl.h). In float32 the error is below 4e-7 absolute everywhere
 * (test/rl/kernel.test.ts measures it); beyond the limit it stays at +-1 to the same bound. Math.tanh takes ten times as long.
 */
export const tanhTable: readonly number[] = [
  7.905311107635498, -7.905311107635498, -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
  1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3, 1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3,
  4.89352518554385e-3,
];
