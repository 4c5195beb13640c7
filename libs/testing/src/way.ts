import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.ts';

/** A way to an engine that can be closed and opened: closed, the engine is away for whoever goes by it. */
export class Way {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  private constructor(
    private readonly far: URL,
    readonly port: number,
  ) {}

  /** Closed at first. `engine`: the URL where it leads. */
  static async to(engine: string): Promise<Way> {
    return new Way(new URL(engine), await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    this.server = createServer((near) => {
      const far = connect(Number(this.far.port), this.far.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        // An error closes the socket, and one end's close is the other's.
        socket.on('error', () => socket.destroy());
        socket.once('close', () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
