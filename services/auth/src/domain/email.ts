/** The form under which an e-mail address is one account: without spaces around, compatibility forms and case folded. */
export function foldEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}
