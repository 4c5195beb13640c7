/** A day as ISO 8601 writes it: "2026-11-21". Days sort as texts do. */
export type LocalDate = string;

const dayMs = 86_400_000;
const saoPaulo = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/Sao_Paulo',
  ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
});

/** The day that an instant (milliseconds since 1970 in UTC) is in São Paulo. */
export function saoPauloDate(instant: number): LocalDate {
  return saoPaulo.format(instant);
}

/** True for "2024-02-29", false for "2023-02-29" and whatever else is no day. */
export function isDate(text: string): boolean {
  const match = /^\d{4}-\d{2}-\d{2}$/.test(text);
  return match && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}

/** The day so many days later, or earlier. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return ofNumber(dayNumber(date) + days);
}

/** Days since 1970-01-01. */
export function dayNumber(date: LocalDate): number {
  return Date.parse(date) / dayMs;
}

/** A day on which banks settle: no Saturday, Sunday or national bank holiday. */
export function isBusinessDay(date: LocalDate): boolean {
  const weekday = new Date(date).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidaysOf(Number(date.slice(0, 4))).has(date);
}

/** The day itself, or the first business day after it. */
export function businessDayFrom(date: LocalDate): LocalDate {
  let day = date;
  while (!isBusinessDay(day)) day = addDays(day, 1);
  return day;
}

/**
 * Numbers business days one after the other, so that a distance is a difference; another day has the number of the
 * business day after it. Comparable only with numbers from this function.
 */
export function businessDayNumber(date: LocalDate): number {
  const numberOf = (day: LocalDate) => businessDaysOf(Number(day.slice(0, 4))).get(day);
  const number = numberOf(date) ?? numberOf(businessDayFrom(date));
  if (number === undefined) throw new RangeError(`${date} is no day`);
  return number;
}

const countedFrom = 2000;
const businessDays = new Map<number, ReadonlyMap<LocalDate, number>>();

/** A year's business days with their numbers: 0 is the first of 2000, and years follow each other without a gap. */
function businessDaysOf(year: number): ReadonlyMap<LocalDate, number> {
  const known = businessDays.get(year);
  if (known) return known;
  const days = new Map<LocalDate, number>();
  for (let at = `${year}-01-01`; at < `${year + 1}-01-01`; at = addDays(at, 1)) if (isBusinessDay(at)) days.set(at, 0);
  let number = year < countedFrom ? -days.size : 0;
  for (let other = Math.min(year + 1, countedFrom); other < Math.max(year, countedFrom); other++) {
    number += Math.sign(year - countedFrom) * businessDaysOf(other).size;
  }
  for (const day of days.keys()) {
    days.set(day, number);
    number += 1;
  }
  businessDays.set(year, days);
  return days;
}

const holidays = new Map<number, ReadonlySet<LocalDate>>();

/** National holidays, and those of banks alone (Carnival's Monday and Tuesday, Corpus Christi). */
function holidaysOf(year: number): ReadonlySet<LocalDate> {
  const known = holidays.get(year);
  if (known) return known;
  const easter = easterSunday(year);
  const fixed = ['01-01', '04-21', '05-01', '09-07', '10-12', '11-02', '11-15', '12-25'];
  // Consciência Negra is a holiday of the whole country since 2024 (Lei 14.759).
  if (year >= 2024) fixed.push('11-20');
  const movable = [-48, -47, -2, 60].map((days) => addDays(easter, days));
  const days = new Set([...fixed.map((day) => `${year}-${day}`), ...movable]);
  holidays.set(year, days);
  return days;
}

/** By the anonymous Gregorian computus. */
function easterSunday(year: number): LocalDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const epact =
    (19 * golden +
      century -
      Math.floor(century / 4) -
      Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) +
      15) %
    30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const ordinal = epact + weekday - 7 * correction + 114;
  const month = String(Math.floor(ordinal / 31)).padStart(2, '0');
  return `${year}-${month}-${String((ordinal % 31) + 1).padStart(2, '0')}`;
}

function ofNumber(day: number): LocalDate {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
