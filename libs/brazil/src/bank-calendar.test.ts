import { addDays, businessDayFrom, businessDayNumber, isBusinessDay, isDate, saoPauloDate } from './bank-calendar.ts';

test.each([
  // Carnival, Good Friday and Corpus Christi as Febraban published them.
  ['2024', ['2024-02-12', '2024-02-13', '2024-03-29', '2024-05-30', '2024-11-20']],
  ['2025', ['2025-03-03', '2025-03-04', '2025-04-18', '2025-06-19', '2025-11-20']],
  ['2026', ['2026-02-16', '2026-02-17', '2026-04-03', '2026-06-04', '2026-11-20', '2026-12-25']],
])('banks rest on the holidays of %s', (_year, days) => {
  for (const day of days) expect([day, isBusinessDay(day)]).toEqual([day, false]);
});

test('banks work on other weekdays, and on Consciência Negra before 2024', () => {
  for (const day of ['2026-02-18', '2026-12-24', '2023-11-20']) expect([day, isBusinessDay(day)]).toEqual([day, true]);
  expect(isBusinessDay('2026-11-21')).toBe(false);
  expect(businessDayFrom('2026-02-14')).toBe('2026-02-18');
});

test('business days are numbered one after the other, over years and holidays', () => {
  let before = businessDayNumber('1998-12-20');
  for (let day = '1998-12-21'; day < '2003-01-15'; day = addDays(day, 1)) {
    const number = businessDayNumber(day);
    const step = isBusinessDay(addDays(day, -1)) ? 1 : 0;
    expect([day, number - before]).toEqual([day, step]);
    before = number;
  }
});

test('a day in São Paulo ends three hours after that of Greenwich', () => {
  expect(saoPauloDate(Date.parse('2026-11-21T02:59:59.999Z'))).toBe('2026-11-20');
  expect(saoPauloDate(Date.parse('2026-11-21T03:00:00.000Z'))).toBe('2026-11-21');
  // Summer time, until 2019.
  expect(saoPauloDate(Date.parse('2018-12-01T02:00:00.000Z'))).toBe('2018-12-01');
});

test('tells days from what is none', () => {
  for (const day of ['2024-02-29', '2026-12-31']) expect(isDate(day)).toBe(true);
  for (const text of ['2023-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '', '2026-04-31'])
    expect(isDate(text)).toBe(false);
});
