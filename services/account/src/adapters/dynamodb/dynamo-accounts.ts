import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { Account as AccountMessage } from '@ipe/contracts/gen/bank/account/v1/account';
import { batchGet } from '@ipe/dynamodb/batches';
import { fromItem, type Item, toItem } from '@ipe/dynamodb/item';
import { queryPage } from '@ipe/dynamodb/query-page';
import type { ServiceTable } from '@ipe/dynamodb/service-table';
import { findWrite, writeOnce } from '@ipe/dynamodb/write-once';
import type { Cents } from '@ipe/money/cents';
import { type AccountPage, Accounts, type Outcome, refused, type Write } from '../../application/ports.ts';
import type { Account, AccountView, Balance } from '../../domain/account.ts';
import type { AccountBalance } from '../../domain/latest-of-each.ts';
import { mostCurrentAccounts } from '../../domain/opening.ts';
import { accountFrom, accountMessage } from '../protobuf/messages.ts';
import { type AccountItem, accountItem, accountView, type BalanceItem, balanceItem } from './account-item.ts';
import { changedBalances } from './changed-balances.ts';
import { toOutcome } from './outcome.ts';

/**
 * Items, beside those of account-item.ts: `number#<branch>#<number>`, which makes the number unique, and
 * `customer#<id>` / `current-accounts`, which counts.
 */
export class DynamoAccounts extends Accounts {
  constructor(private readonly table: ServiceTable) {
    super();
  }

  async find(accountId: string): Promise<AccountView | undefined> {
    const { Items = [] } = await this.table.client.send(
      new QueryCommand({
        TableName: this.table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': `account#${accountId}` }),
        ConsistentRead: true,
      }),
    );
    const part = (sk: string): Item | undefined => Items.find((item) => item['sk']?.S === sk);
    const account = part('account');
    const balance = part('balance');
    return account && accountView(fromItem<AccountItem>(account), balance && fromItem<BalanceItem>(balance));
  }

  async list(customerId: string, limit: number, after: string | undefined): Promise<AccountPage> {
    const pk = `customer#${customerId}`;
    const page = await queryPage<AccountItem>(
      this.table.client,
      {
        TableName: this.table.name,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: toItem({ ':pk': pk, ':prefix': 'account#' }),
        ConsistentRead: true,
      },
      limit,
      after === undefined ? undefined : { pk, sk: `account#${after}` },
    );
    const balances = await this.balances(page.items.map(({ accountId }) => accountId));
    return {
      accounts: page.items.map((item) => accountView(item, balances.get(item.accountId))),
      next: page.next?.['sk']?.slice('account#'.length),
    };
  }

  async currentAccounts(customerId: string): Promise<number> {
    const { Item } = await this.table.client.send(
      new GetItemCommand({ TableName: this.table.name, Key: toItem(counterKey(customerId)), ConsistentRead: true }),
    );
    return Item ? Number(fromItem<{ opened: bigint }>(Item).opened) : 0;
  }

  async findWrite(write: Write, fingerprint: string): Promise<Outcome<AccountView> | undefined> {
    const before = await findWrite(this.table.client, this.table.name, write, fingerprint);
    return before && toOutcome(before, decode);
  }

  async open(
    write: Write,
    fingerprint: string,
    account: Account,
    limit: Cents,
  ): Promise<Outcome<AccountView> | { kind: 'number_taken' }> {
    const { accountId, customerId, branch, number } = account;
    const item = accountItem(account, limit);
    const written = await writeOnce(this.table.client, this.table.name, write, {
      fingerprint,
      answer: encode(accountView(item, undefined)),
      effect: [
        this.putNew({ pk: `number#${branch}#${number}`, sk: 'number', accountId }),
        this.putNew({ pk: `account#${accountId}`, sk: 'account', ...item }),
        this.putNew({ pk: `customer#${customerId}`, sk: `account#${item.createdAt}#${accountId}`, ...item }),
        ...(account.type === 'CURRENT' ? [this.countCurrent(customerId)] : []),
      ],
    });
    if (written.kind !== 'effect_refused') return toOutcome(written, decode);
    const [numberCode, accountCode, , countCode] = written.codes;
    if (accountCode === 'ConditionalCheckFailed') throw new Error('an account has this id, but another write made it');
    if (countCode === 'ConditionalCheckFailed') return refused('too_many_accounts');
    if (numberCode === 'ConditionalCheckFailed') return { kind: 'number_taken' };
    throw new Error(`the store refused an account: ${written.codes.join(', ')}`);
  }

  async recordChange(write: Write, fingerprint: string, after: AccountView): Promise<Outcome<AccountView>> {
    const content = { fingerprint, answer: encode(after), effect: [] };
    const written = await writeOnce(this.table.client, this.table.name, write, content);
    if (written.kind === 'effect_refused') throw new Error('a write without an effect was refused for its effect');
    return toOutcome(written, decode);
  }

  async project(accountId: string, balance: Balance): Promise<'applied' | 'stale'> {
    // A balance out of the ledger's answer does not say when it was booked: its own event may add that.
    const later = 'attribute_not_exists(pk) OR #sequence < :sequence';
    const same = '(#sequence = :sequence AND attribute_not_exists(bookedAt))';
    try {
      await this.table.client.send(
        new PutItemCommand({
          TableName: this.table.name,
          Item: toItem({ pk: `account#${accountId}`, sk: 'balance', accountId, ...balanceItem(balance) }),
          ConditionExpression: balance.bookedAt ? `${later} OR ${same}` : later,
          ExpressionAttributeNames: { '#sequence': 'sequence' },
          ExpressionAttributeValues: toItem({ ':sequence': balance.sequence }),
        }),
      );
      return 'applied';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'stale';
      throw error;
    }
  }

  async projectAll(balances: readonly AccountBalance[]): Promise<readonly ('applied' | 'stale')[]> {
    const changed = await changedBalances(this.table.client, this.table.name, balances);
    return Promise.all(
      balances.map((one) => (changed.has(one) ? 'applied' : this.project(one.accountId, one.balance))),
    );
  }

  private async balances(accountIds: readonly string[]): Promise<Map<string, BalanceItem>> {
    const keys = accountIds.map((accountId) => toItem({ pk: `account#${accountId}`, sk: 'balance' }));
    const items = await batchGet(this.table.client, this.table.name, keys);
    const balances = items.map((item) => fromItem<BalanceItem & { accountId: string }>(item));
    return new Map(balances.map((balance) => [balance.accountId, balance]));
  }

  private countCurrent(customerId: string): TransactWriteItem {
    return {
      Update: {
        TableName: this.table.name,
        Key: toItem(counterKey(customerId)),
        UpdateExpression: 'ADD opened :one',
        ConditionExpression: 'attribute_not_exists(pk) OR opened < :most',
        ExpressionAttributeValues: toItem({ ':one': 1, ':most': mostCurrentAccounts }),
      },
    };
  }

  private putNew(item: Record<string, string | bigint>): TransactWriteItem {
    const condition = 'attribute_not_exists(pk)';
    return { Put: { TableName: this.table.name, Item: toItem(item), ConditionExpression: condition } };
  }
}

function counterKey(customerId: string) {
  return { pk: `customer#${customerId}`, sk: 'current-accounts' };
}

function encode(view: AccountView): Uint8Array {
  return AccountMessage.encode(accountMessage(view)).finish();
}

function decode(answer: Uint8Array): AccountView {
  return accountFrom(AccountMessage.decode(answer));
}
