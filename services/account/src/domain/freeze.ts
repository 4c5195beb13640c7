import type { AccountStatus } from './account.ts';

/** What no customer sets or lifts: such a freeze keeps money from arriving, which is the bank's to decide. */
const banksAlone: ReadonlySet<AccountStatus> = new Set<AccountStatus>(['FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL']);

/** Why a customer may not bring an own account from one status into another; undefined when nothing stands against it. */
export function refuseCustomersChange(now: AccountStatus, wanted: AccountStatus): 'frozen_by_bank' | undefined {
  return banksAlone.has(now) || banksAlone.has(wanted) ? 'frozen_by_bank' : undefined;
}
