import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cents } from '@ipe/money/cents';
import { emptyAudit } from '../../domain/verification/audit.ts';
import { AuditDeskFiles } from './audit-desk-files.ts';
import { SpillFiles } from './spill-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipe-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fact(first: number, second: number, order: number, bytes = 25): Buffer {
  const one = Buffer.alloc(bytes);
  one.writeUInt8(first, 0);
  one.writeUInt8(second, 1);
  one.writeUInt32LE(order, 17);
  return one;
}

async function all(spill: { parts(): AsyncIterable<Buffer> }): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  for await (const part of spill.parts()) parts.push(part);
  return parts;
}

test('parts that are too large are parted again, by hash, and keep their order', async () => {
  const spill = new SpillFiles(join(folder, 'parted'), 25, [], 1_000);
  for (let order = 0; order < 5_000; order++) spill.add(fact(7, (order * 37) % 256, order));
  const parts = await all(spill);
  expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(5_000 * 25);
  const partOf = new Map<number, number>();
  for (const [index, part] of parts.entries()) {
    let last = -1;
    for (let at = 0; at < part.length; at += 25) {
      const second = part.readUInt8(at + 1);
      expect(partOf.get(second) ?? index).toBe(index);
      partOf.set(second, index);
      expect(part.readUInt32LE(at + 17)).toBeGreaterThan(last);
      last = part.readUInt32LE(at + 17);
    }
  }
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(10_000);
  spill.close();
}, 30_000);

test('a saved position comes back, and what was set aside after it is gone', async () => {
  const desk = new AuditDeskFiles(folder, 5);
  const audit = { ...emptyAudit(), decidedAt: 9, records: 3, entries: 4 };
  audit.sums.set('BRL', 0n);
  const amounts = { posted: cents(-(2n ** 62n)), held: cents(1n), limit: cents(2n) };
  const head = { accountId: 'acc_ção', accountClass: 'ASSET', currency: 'BRL', status: 'ACTIVE', ...amounts } as const;
  audit.accounts.set('acc_ção', { ...head, sequence: 4, hash: 'ab', batch: 2, record: 1 });
  const position = { batch: 2, hash: 'cd', audit };
  desk.keys.add(fact(1, 1, 1));
  desk.states.add(fact(1, 1, 1, 48));
  await desk.save(position);
  desk.keys.add(fact(1, 1, 2));
  desk.keys.flush();

  const later = new AuditDeskFiles(folder, 5);
  expect(await later.resume()).toEqual(position);
  expect(Buffer.concat(await all(later.keys))).toEqual(fact(1, 1, 1));
  await later.clear();
  expect(existsSync(join(folder, 'verify-5'))).toBe(false);
  expect(await new AuditDeskFiles(folder, 5).resume()).toBeUndefined();
});

test('a position whose files were cut is refused', async () => {
  const desk = new AuditDeskFiles(folder, 6);
  desk.keys.add(fact(1, 1, 1));
  await desk.save({ batch: 1, hash: '', audit: emptyAudit() });
  rmSync(join(folder, 'verify-6', 'keys'), { recursive: true });
  await expect(new AuditDeskFiles(folder, 6).resume()).rejects.toThrow('begin anew without --resume');
});
