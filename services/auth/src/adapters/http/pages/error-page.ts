import { escapeHtml } from './html.ts';
import { page } from './layout.ts';

const texts: Readonly<Record<string, { title: string; text: string }>> = {
  session_not_found: {
    title: 'Este acesso expirou',
    text: 'A página ficou aberta por muito tempo ou já foi usada. Volte ao aplicativo e entre de novo.',
  },
  access_denied: {
    title: 'Acesso cancelado',
    text: 'Você não entrou na sua conta. Volte ao aplicativo quando quiser.',
  },
  invalid_client: {
    title: 'Aplicativo desconhecido',
    text: 'O aplicativo que pediu este acesso não está registrado no Ipê Bank.',
  },
  invalid_redirect_uri: {
    title: 'Endereço de retorno não permitido',
    text: 'O aplicativo pediu o retorno a um endereço que não está registrado. Por segurança, paramos aqui.',
  },
  server_error: {
    title: 'Algo deu errado do nosso lado',
    text: 'Não foi possível continuar agora. Espere um instante e tente de novo.',
  },
};

const otherwise = {
  title: 'Não foi possível continuar',
  text: 'O pedido de acesso que chegou não é válido. Volte ao aplicativo e tente de novo.',
};

/** code: an OAuth error code; detail: its description for the application's developers. */
export function errorPage(code: string, detail?: string): string {
  const { title, text } = texts[code] ?? otherwise;
  const more = detail === undefined ? '' : `: ${escapeHtml(detail)}`;
  return page(
    title,
    `<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
<code>${escapeHtml(code)}${more}</code>`,
  );
}
