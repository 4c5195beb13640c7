import { escapeHtml } from './html.ts';
import { page } from './layout.ts';

export type SignInProblem =
  | { kind: 'wrong_credentials' }
  | { kind: 'missing_fields' }
  | { kind: 'locked'; retryAfterMs: number };

/** action: where the form is posted to. email: what was typed before, or the client's hint. */
export function signInPage({
  action,
  email,
  problem,
}: {
  action: string;
  email: string;
  problem?: SignInProblem;
}): string {
  const alarm = problem ? `<div class="alarm" role="alert" id="problem">${escapeHtml(tell(problem))}</div>` : '';
  const invalid = problem && problem.kind !== 'locked' ? ' aria-invalid="true" aria-describedby="problem"' : '';
  const focus = email === '' ? { email: ' autofocus', password: '' } : { email: '', password: ' autofocus' };
  return page(
    problem ? 'Erro ao entrar' : 'Entrar',
    `<h1>Entre na sua conta</h1>
<p>Use o e-mail e a senha do Ipê Bank.</p>
${alarm}
<form method="post" action="${escapeHtml(action)}">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" inputmode="email" maxlength="254" required value="${escapeHtml(email)}"${invalid}${focus.email}>
<label for="password">Senha</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="128" required${invalid}${focus.password}>
<button type="submit">Entrar</button>
</form>
<form method="post" action="${escapeHtml(action)}/abort">
<button class="quiet" type="submit">Cancelar</button>
</form>
<footer>O Ipê Bank nunca pede a sua senha por telefone, e-mail ou mensagem.</footer>`,
  );
}

function tell(problem: SignInProblem): string {
  switch (problem.kind) {
    case 'wrong_credentials':
      return 'E-mail ou senha incorretos. Confira e tente de novo.';
    case 'missing_fields':
      return 'Informe o e-mail e a senha.';
    case 'locked': {
      const minutes = Math.ceil(problem.retryAfterMs / 60_000);
      return `Muitas tentativas seguidas. Tente de novo em ${minutes} ${minutes === 1 ? 'minuto' : 'minutos'}.`;
    }
  }
}
