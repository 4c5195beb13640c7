import { page } from './layout.ts';

/** form: the provider's own, hidden, with its protection against forged requests; its id is `op.logoutForm`. */
export function signOutPage(form: string): string {
  return page(
    'Sair',
    `<h1>Quer sair da sua conta?</h1>
<p>Você vai precisar do e-mail e da senha para entrar de novo neste navegador.</p>
${form}
<button type="submit" form="op.logoutForm" value="yes" name="logout" autofocus>Sair</button>
<button class="quiet" type="submit" form="op.logoutForm">Continuar na conta</button>`,
  );
}

export function signedOutPage(): string {
  return page('Você saiu', '<h1>Você saiu da sua conta</h1>\n<p>Até logo. Você já pode fechar esta página.</p>');
}
