import type { Kafka } from 'kafkajs';
import type { Delivery } from './delivery.ts';

export type ConsumerOptions = {
  kafka: Kafka;
  groupId: string;
  topic: string;
  /** Must be safe to repeat: delivery is at least once. */
  handle: (delivery: Delivery) => Promise<void>;
  /**
   * Several messages in one effect, of one partition in their order, and of those partitions that have some at the same
   * time. When it throws, each is handled by itself, so that only the one that is wrong is given up: what was done by
   * then must be safe to repeat. It may be called again while it is at work, never with messages of the same partition.
   */
  together?: { atMost: number; handle: (deliveries: readonly Delivery[]) => Promise<void> };
  /** Tries of a message that fails for its own sake, before it goes to the dead letters. */
  maxAttempts?: number;
  /** Pause before the second try; doubles up to five seconds. */
  backoffMs?: number;
  /** Told after each message: what became of it. */
  onOutcome?: (outcome: 'handled' | 'dead_lettered' | 'retried', delivery: { topic: string }) => void;
};
