/** On whose behalf something is read; what is undefined does not narrow. */
export type Reader = { customerId: string | undefined; merchantId: string | undefined };

export function isAllowed(owned: { customerId: string; merchantId: string }, reader: Reader): boolean {
  const { customerId = owned.customerId, merchantId = owned.merchantId } = reader;
  return owned.customerId === customerId && owned.merchantId === merchantId;
}
