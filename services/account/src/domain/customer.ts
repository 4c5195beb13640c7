/** document: CPF (11 digits) or CNPJ (14 characters), bare. email: folded. Neither may be logged. */
export type Customer = Readonly<{
  customerId: string;
  name: string;
  document: string;
  email: string;
  createdAt: Date;
}>;

/** A CNPJ is longer than a CPF by three characters, and nothing else tells them apart once they are bare. */
export function isCompany({ document }: Pick<Customer, 'document'>): boolean {
  return document.length === 14;
}
