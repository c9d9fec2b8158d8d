/** The civil (proleptic Gregorian) calendar in whole numbers. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */

export interface CivilDate {
  readonly year: number;
  /** 1..12. */
  readonly month: number;
  /** 1..31. */
  readonly date: number;
}

/** `day`: days since 1970-01-01. */
export function civilOf(day: number): CivilDate {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, date: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

/** Days from 1970-01-01 to the first of a month, which is counted from January of year 0. */
function firstOfMonth(months: number): number {
  // Years begin in March, so that the leap day is the last of its year.
  const shifted = months - 2;
  const year = Math.floor(shifted / 12);
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (shifted - year * 12) + 2) / 5);
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/** The same date `months` later, or the last day of that month where it has no such date. Days since 1970-01-01. */
export function addMonths(day: number, months: number): number {
  const { year, month, date } = civilOf(day);
  const index = year * 12 + month - 1 + months;
  return Math.min(firstOfMonth(index) + date - 1, firstOfMonth(index + 1) - 1);
}
