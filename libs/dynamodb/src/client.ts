import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export type DynamoConfig = Readonly<{ DYNAMODB_ENDPOINT?: string | undefined; AWS_REGION: string }>;

export type ClientOptions = {
  /** 1 for a caller that must know of every failure; 3 by default. */
  maxAttempts?: number;
  /** Told whenever a connection to the store has closed, whoever closed it, in use or idle. */
  onDisconnect?: () => void;
};

/** A client whose every request has a deadline. With an endpoint of its own (DynamoDB Local) credentials mean nothing. */
export function dynamoClient(
  config: DynamoConfig,
  { maxAttempts = 3, onDisconnect }: ClientOptions = {},
): DynamoDBClient {
  return new DynamoDBClient({
    region: config.AWS_REGION,
    maxAttempts,
    // The client's own looks at every text by a regular expression first, which takes longer than decoding it.
    base64Decoder: (text) => Buffer.from(text, 'base64'),
    // Without one the client redacts a copy of each request and answer for a logger that throws it away.
    logger: silent,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
      ...(onDisconnect
        ? {
            httpAgent: watched(new HttpAgent(agentOptions), onDisconnect),
            httpsAgent: watched(new HttpsAgent(agentOptions), onDisconnect),
          }
        : {}),
    }),
    ...(config.DYNAMODB_ENDPOINT
      ? {
          endpoint: config.DYNAMODB_ENDPOINT,
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        }
      : {}),
  });
}

/** The client asks `logger?.info?.(…)`: what is not there is not called, nor made up what it would be told. */
const silent = {} as NonNullable<DynamoDBClientConfig['logger']>;

const agentOptions = { keepAlive: true, maxSockets: 50 };

function watched<Agent extends HttpAgent>(agent: Agent, onDisconnect: () => void): Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const connection = connect(options, callback);
    connection?.once('close', onDisconnect);
    return connection;
  };
  return agent;
}
