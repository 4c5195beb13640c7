import { EventEmitter } from 'node:events';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { addReflection } from './grpc-reflection.ts';

type Answer = {
  listServicesResponse?: { service: { name: string }[] };
  fileDescriptorResponse?: { fileDescriptorProto: Uint8Array[] };
};

/** What reflection answers to one question. */
function reflected(question: Record<string, string>): Answer | undefined {
  const implementations: UntypedServiceImplementation[] = [];
  const addService = (_: ServiceDefinition, implementation: UntypedServiceImplementation) =>
    implementations.push(implementation);
  addReflection({ addService }, ['bank.account.v1.AccountService']);
  const answers: Answer[] = [];
  const call = Object.assign(new EventEmitter(), { write: (answer: Answer) => answers.push(answer) });
  const ask = implementations[0]?.['ServerReflectionInfo'] as unknown as (stream: typeof call) => void;
  ask(call);
  call.emit('data', { ...question, messageRequest: Object.keys(question)[0] });
  return answers[0];
}

test('lists the services that are served, and health', () => {
  const names = reflected({ listServices: '*' })?.listServicesResponse?.service.map(({ name }) => name);
  expect(names?.sort()).toEqual(['bank.account.v1.AccountService', 'grpc.health.v1.Health']);
});

test.each(['bank.account.v1.AccountService', 'grpc.health.v1.Health'])('tells the file of %s', (symbol) => {
  const [file] = reflected({ fileContainingSymbol: symbol })?.fileDescriptorResponse?.fileDescriptorProto ?? [];
  expect(Buffer.from(file ?? []).toString('latin1')).toContain(symbol.split('.').at(-1));
});
