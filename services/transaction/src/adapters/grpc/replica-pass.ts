import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Metadata, status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';

const passKey = 'ipe-replica-pass';

/** By this the replicas of a ledger know each other, who alone have its secret. */
export class ReplicaPass {
  private readonly pass: string;

  constructor(secret: Uint8Array) {
    this.pass = createHmac('sha256', secret).update('bank.transaction.v1.ShardService').digest('base64url');
  }

  /** What a call to another replica carries. */
  get headers(): Readonly<Record<string, string>> {
    return { [passKey]: this.pass };
  }

  isShownBy(metadata: Metadata): boolean {
    const [shown = ''] = metadata.get(passKey);
    return isSame(String(shown), this.pass);
  }
}

/**
 * What replicas ask of each other moves money without asking whose it is. Refuses all others: PERMISSION_DENIED,
 * not_a_replica.
 */
@Injectable()
export class ReplicasOnly implements CanActivate {
  constructor(private readonly pass: ReplicaPass) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.pass.isShownBy(context.switchToRpc().getContext<Metadata>())) return true;
    throw new GrpcRefusal({
      code: status.PERMISSION_DENIED,
      reason: 'not_a_replica',
      message: 'only replicas of this ledger may ask this',
    });
  }
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
