import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Edit, Simulation } from './mutation.ts';

type Loaded = Pick<typeof import('./run-seed.ts'), 'runSeed'>;

const simulations: Readonly<Record<Simulation, string>> = {
  oneShard: './run-seed.ts',
  acrossShards: './shards/run-seed.ts',
};

const service = new URL('../../', import.meta.url).href;
const editsOf = new Map<string, readonly Edit[]>();
const applied = new Map<string, Set<Edit>>();

/** The simulation with all of this service's code loaded anew, and edited on the way. Nothing on disk changes. */
export async function simulationWith(name: string, edits: readonly Edit[], simulation: Simulation): Promise<Loaded> {
  if (editsOf.size === 0) registerHooks({ resolve, load });
  editsOf.set(name, edits);
  applied.set(name, new Set());
  const loaded: Loaded = await import(`${simulations[simulation]}?edited=${encodeURIComponent(name)}`);
  const missed = edits.find((edit) => !applied.get(name)?.has(edit));
  if (missed) throw new Error(`${name}: ${missed.file} is not part of the simulation`);
  return loaded;
}

type Hooks = Parameters<typeof registerHooks>[0];

/** What an edited module imports of this service is edited too. */
const resolve: Hooks['resolve'] = (specifier, context, nextResolve) => {
  const resolved = nextResolve(specifier, context);
  const name = editedName(context.parentURL);
  if (name === undefined || editedName(resolved.url) !== undefined || !resolved.url.startsWith(service))
    return resolved;
  return { ...resolved, url: `${resolved.url}?edited=${encodeURIComponent(name)}` };
};

const load: Hooks['load'] = (url, context, nextLoad) => {
  const name = editedName(url);
  if (name === undefined) return nextLoad(url, context);
  const path = fileURLToPath(url.slice(0, url.indexOf('?')));
  const source = edited(name, path, readFileSync(path, 'utf8'));
  return { format: 'module', source: stripTypeScriptTypes(source, { mode: 'transform' }), shortCircuit: true };
};

function editedName(url: string | undefined): string | undefined {
  return url?.startsWith(service) ? (new URL(url).searchParams.get('edited') ?? undefined) : undefined;
}

/** A text that is not there exactly once says that the code has changed, and the edit must follow. */
function edited(name: string, path: string, source: string): string {
  let text = source;
  for (const edit of editsOf.get(name) ?? []) {
    if (!path.endsWith(`/services/transaction/${edit.file}`)) continue;
    const found = text.split(edit.find).length - 1;
    if (found !== 1) throw new Error(`${name}: the text is there ${found} times in ${edit.file}:\n${edit.find}`);
    text = text.replace(edit.find, () => edit.replace);
    applied.get(name)?.add(edit);
  }
  return text;
}
