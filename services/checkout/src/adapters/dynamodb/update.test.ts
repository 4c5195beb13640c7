import { toItem } from '@ipe/dynamodb/item';
import { update } from './update.ts';

test('an update sets, removes and demands, under names that no reserved word can break', () => {
  const key = toItem({ pk: 'payment#1', sk: 'payment' });
  const change = { set: { status: 'paid', amount: 5n }, remove: ['old'], where: { status: 'pending', old: undefined } };
  expect(update('t', key, change)).toEqual({
    Update: {
      TableName: 't',
      Key: key,
      UpdateExpression: 'SET #status = :set_status, #amount = :set_amount REMOVE #old',
      ConditionExpression: '#status = :now_status AND attribute_exists(#old)',
      ExpressionAttributeNames: { '#status': 'status', '#amount': 'amount', '#old': 'old' },
      ExpressionAttributeValues: {
        ':set_status': { S: 'paid' },
        ':set_amount': { N: '5' },
        ':now_status': { S: 'pending' },
      },
    },
  });
});
