export type Page = { status: number; location: string; headers: Headers; html: string };

/** A browser in a few lines: keeps cookies by path as browsers do, and follows nothing by itself. */
export class Browser {
  private readonly cookies = new Map<string, { path: string; value: string }>();

  constructor(private readonly origin: string) {}

  get(url: string): Promise<Page> {
    return this.go(url, {});
  }

  post(url: string, form: Record<string, string>): Promise<Page> {
    return this.go(url, { method: 'POST', body: new URLSearchParams(form) });
  }

  private async go(address: string, init: RequestInit): Promise<Page> {
    const url = new URL(address, this.origin);
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie: this.header(url), accept: 'text/html' },
    });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    const location = response.headers.get('location') ?? '';
    return { status: response.status, location, headers: response.headers, html: await response.text() };
  }

  private header(url: URL): string {
    return [...this.cookies]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name.split(' ')[0]}=${value}`)
      .join('; ');
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const path = attributes.find((text) => text.startsWith('path='))?.slice(5) ?? '/';
    const name = `${pair.slice(0, at)} ${path}`;
    const value = pair.slice(at + 1);
    if (value === '') this.cookies.delete(name);
    else this.cookies.set(name, { path, value });
  }
}
