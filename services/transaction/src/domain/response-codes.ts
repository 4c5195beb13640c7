/** Why a purchase is declined, in the bank's own words. */
export type DeclineReason =
  | 'insufficient_limit'
  | 'unknown_card'
  | 'expired_card'
  | 'wrong_cvv'
  | 'card_locked'
  | 'card_blocked'
  | 'card_lost'
  | 'card_stolen'
  | 'card_cancelled'
  | 'account_closed'
  | 'account_frozen'
  | 'not_permitted'
  | 'card_state_unknown'
  | 'cancelled_by_merchant';

/** The answer to the terminal as ABECS lists it (ISO 8583, field 39). */
export const approvedCode = '00';

export const responseCodes: Readonly<Record<DeclineReason, string>> = {
  insufficient_limit: '51',
  unknown_card: '14',
  expired_card: '54',
  wrong_cvv: 'N7',
  card_locked: '62',
  card_blocked: '62',
  card_lost: '41',
  card_stolen: '43',
  card_cancelled: '57',
  account_closed: '46',
  account_frozen: '62',
  not_permitted: '57',
  card_state_unknown: '91',
  cancelled_by_merchant: '57',
};
