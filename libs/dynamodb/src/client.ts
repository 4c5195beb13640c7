import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export type DynamoConfig = Readonly<{ DYNAMODB_ENDPOINT?: string | undefined; AWS_REGION: string }>;

/**
 * A client whose every request has a deadline. With an endpoint of its own (DynamoDB Local) credentials mean nothing.
 * maxAttempts: 1 for a caller that must know of every broken connection.
 */
export function dynamoClient(config: DynamoConfig, { maxAttempts = 3 } = {}): DynamoDBClient {
  return new DynamoDBClient({
    region: config.AWS_REGION,
    maxAttempts,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
    }),
    ...(config.DYNAMODB_ENDPOINT
      ? {
          endpoint: config.DYNAMODB_ENDPOINT,
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        }
      : {}),
  });
}
