// Every target by its name.
import { blnkTarget } from '../peers/blnk.mjs';
import { formanceTarget } from '../peers/formance.mjs';
import { floorTarget, limitTarget } from './floor-target.mjs';
import {
  accountsTarget,
  authorizeTarget,
  bulkTarget,
  checkoutTarget,
  retryingTarget,
  shardsTarget,
  transferTarget,
} from './ledger-targets.mjs';
import { restTarget } from './rest-target.mjs';
import { statementTarget } from './statement-target.mjs';
import { streamTarget } from './stream-target.mjs';

const targets = {
  accounts: accountsTarget,
  authorize: authorizeTarget,
  blnk: blnkTarget,
  bulk: bulkTarget,
  checkout: checkoutTarget,
  floor: floorTarget,
  formance: formanceTarget,
  limit: limitTarget,
  rest: restTarget,
  retrying: retryingTarget,
  shards: shardsTarget,
  statement: statementTarget,
  stream: streamTarget,
  transfer: transferTarget,
};

export async function openTarget(kind, settings) {
  const open = targets[kind];
  if (!open) throw new Error(`no target “${kind}”`);
  return open(settings);
}
